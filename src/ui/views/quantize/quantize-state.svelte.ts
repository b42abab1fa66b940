// What the Quantize pane shows: the net and its pictures on the worker's bench, the recipe, and what was found out with it.
import * as Comlink from 'comlink';
import type { Agreement } from '../../../graph/quant/compare.ts';
import { calibrationMethods, type CalibrationMethod } from '../../../graph/quant/observers.ts';
import type { Recipe } from '../../../graph/quant/quantize.ts';
import type { Sensitivity } from '../../../graph/quant/sensitivity.ts';
import { netHash, type SharedRecipe } from '../../../graph/link/link.ts';
import { parse } from '../../../graph/notation/parse.ts';
import type { Outcome } from '../../../workers/border/protocol.ts';
import type {
  Assessment,
  BenchLayer,
  BenchPath,
  CalibratedSpread,
  CalibratorRow,
  ComparedNets,
} from '../../../workers/jobs/quantize/protocol.ts';
import type { CallHooks } from '../../../workers/border/client.ts';
import type { WeightsFacts } from '../../../workers/weights/protocol.ts';
import type { NodeNoise } from '../../state/measurements/heat.ts';
import { canonical, type Quantization, type Session } from '../../state/session.svelte.ts';
import { saveBlob } from '../../parts/clipboard.ts';
import { fileName } from '../../parts/file-names.ts';
import { sentence } from '../../weights/open-net.svelte.ts';
import { tryState, type TryState } from '../try/try-state.svelte.ts';
import {
  isEmbeddedNet,
  obviousChoice,
  weightsBytes,
  weightsReference,
  type WeightsChoice,
} from '../../weights/choice.ts';
import { Pictures } from './pictures.svelte.ts';
import { quantizeHost, type QuantizeClient } from '../../hosts/quantize.ts';
import { methodOf, sharedRecipe } from './recipe.ts';

/** A finding and what it holds for: it is shown only while its key is the current one. */
interface Found<T> {
  readonly key: string;
  readonly value: T;
}

export interface QuantizeJob {
  readonly what: string;
  readonly share: number;
}

interface Bench {
  readonly path: BenchPath;
  readonly weights: WeightsFacts;
  readonly layers: readonly BenchLayer[];
}

/** A quantized file that stands for its net's recipe. */
interface OpenedFile {
  readonly name: string;
  readonly hash: string;
  readonly recipe: Recipe;
}

export class QuantizeState implements Quantization {
  readonly client: QuantizeClient;
  readonly vision: TryState;
  readonly pictures = new Pictures();
  perChannel = $state(true);
  equalized = $state(false);
  method = $state<CalibrationMethod>(calibrationMethods[0]);
  job = $state.raw<QuantizeJob | undefined>(undefined);
  /** Why the last job gave nothing. */
  problem = $state.raw<string | undefined>(undefined);
  #file = $state.raw<OpenedFile | undefined>(undefined);
  #float = $state.raw<Found<readonly string[]>>({ key: '', value: [] });
  #bench = $state.raw<Found<Bench> | undefined>(undefined);
  #mismatch = $state.raw<Found<readonly string[]> | undefined>(undefined);
  #compared = $state.raw<Found<readonly CalibratorRow[]> | undefined>(undefined);
  #assessed = $state.raw<Found<Assessment> | undefined>(undefined);
  #ranking = $state.raw<Found<readonly Sensitivity[]> | undefined>(undefined);
  #curve = $state.raw<Found<ReadonlyMap<number, Agreement>>>({ key: '', value: new Map() });
  #verdict = $state.raw<Found<ComparedNets> | undefined>(undefined);
  #target = $state.raw<Found<{ readonly share: number; readonly met: boolean }> | undefined>(undefined);
  #sentKey = '';
  #running: AbortController | undefined;

  readonly choice: WeightsChoice | undefined = $derived.by(() => {
    const { choice, published, stored } = this.vision;
    const { architecture } = this.session;
    // The embedded weights are of one net only: another net takes what is obvious for it.
    if (choice && (choice.kind !== 'embedded' || isEmbeddedNet(architecture))) return choice;
    return obviousChoice(architecture, published, stored);
  });
  readonly #benchKey: string = $derived.by(() => `${this.session.hash} ${this.choice ? keyOf(this.choice) : ''}`);
  readonly #pictureKey: string = $derived(`${this.#benchKey} ${this.pictures.version}`);
  readonly #treatKey: string = $derived(`${this.#pictureKey} ${this.perChannel} ${this.equalized}`);
  readonly recipe: Recipe = $derived.by(() => {
    const { perChannel, equalized, method } = this;
    if (this.file) return this.file.recipe;
    return { calibration: method, pictures: this.pictures.count, perChannel, equalized, float: this.float };
  });
  /** Of the recipe without what is kept in float. */
  readonly #rangeKey: string = $derived.by(() => {
    const { calibration, perChannel, equalized } = this.recipe;
    return `${this.#pictureKey} ${this.file?.name ?? ''} ${calibration} ${perChannel} ${equalized}`;
  });
  readonly #recipeKey: string = $derived(`${this.#rangeKey} ${this.recipe.float.join()}`);

  readonly shared: SharedRecipe | undefined = $derived.by(() =>
    (this.rows ?? this.file ?? this.assessment ?? this.verdict) ? sharedRecipe(this.recipe) : undefined,
  );
  readonly noise: NodeNoise | undefined = $derived.by(
    () => this.assessment && new Map(this.assessment.layers.map(({ id, sqnrDb }) => [id, sqnrDb])),
  );

  constructor(readonly session: Session) {
    this.vision = tryState(session);
    this.client = quantizeHost({
      onStopped: () => this.#forget(),
    });
    void this.vision.refreshStored();
    const { files } = this.vision.batch;
    if (files.length > 0) this.pictures.use(files);
    if (session.recipe) this.take(session.recipe);
    session.quantization = this;
  }

  get file(): OpenedFile | undefined {
    return this.#file?.hash === this.session.hash ? this.#file : undefined;
  }
  /** Layers that the recipe keeps in float, by id. */
  get float(): readonly string[] {
    return this.#float.key === this.session.hash ? this.#float.value : [];
  }
  get bench(): Bench | undefined {
    return current(this.#bench, this.#benchKey);
  }
  get mismatch(): readonly string[] | undefined {
    return current(this.#mismatch, this.#benchKey);
  }
  get rows(): readonly CalibratorRow[] | undefined {
    return current(this.#compared, this.#treatKey);
  }
  get assessment(): Assessment | undefined {
    return current(this.#assessed, this.#recipeKey);
  }
  get ranking(): readonly Sensitivity[] | undefined {
    return current(this.#ranking, this.#rangeKey);
  }
  /** Agreement by number of worst layers kept in float, as far as it was tried. */
  get curve(): ReadonlyMap<number, Agreement> {
    return current(this.#curve, this.#rangeKey) ?? new Map();
  }
  get verdict(): ComparedNets | undefined {
    return current(this.#verdict, this.#recipeKey);
  }
  /** The target that the layers in float were found for. */
  get target(): { readonly share: number; readonly met: boolean } | undefined {
    return current(this.#target, this.#recipeKey);
  }

  /** Takes over the recipe of a link. */
  take({ calibration, perChannel, equalized, float }: Omit<Recipe, 'pictures'>): void {
    this.method = methodOf(calibration) ?? this.method;
    [this.perChannel, this.equalized] = [perChannel, equalized];
    this.#float = { key: this.session.hash, value: float };
  }

  cancel(): void {
    this.#running?.abort(new DOMException('Cancelled.', 'AbortError'));
    this.#running = undefined;
    this.job = undefined;
  }

  compare(): Promise<void> {
    const { perChannel, equalized } = this;
    this.#leaveFile();
    return this.#run(async (hooks) => {
      const key = this.#treatKey;
      const value = await this.#ask((calls, ticket) => calls.compare(ticket, { perChannel, equalized }), hooks);
      this.#compared = { key, value };
    });
  }
  assess(): Promise<void> {
    return this.#run(async (hooks) => {
      const { recipe } = this;
      const key = this.#recipeKey;
      this.#assessed = { key, value: await this.#ask((calls, ticket) => calls.assess(ticket, recipe), hooks) };
    });
  }
  rank(): Promise<void> {
    return this.#run(async (hooks) => {
      const recipe = { ...this.recipe, float: [] };
      const key = this.#rangeKey;
      this.#ranking = { key, value: await this.#ask((calls, ticket) => calls.rank(ticket, recipe), hooks) };
    });
  }
  /** Keeps so many of the worst layers in float. */
  keepFloat(count: number): Promise<void> {
    const { ranking } = this;
    if (!ranking) return Promise.resolve();
    this.#leaveFile();
    this.#float = { key: this.session.hash, value: ranking.slice(0, count).map(({ layer }) => layer) };
    if (this.curve.has(count)) return Promise.resolve();
    return this.#run(async (hooks) => {
      const { recipe } = this;
      const key = this.#rangeKey;
      this.#point(key, count, await this.#ask((calls, ticket) => calls.agreement(ticket, recipe), hooks));
    });
  }
  /** Keeps as few of the worst layers in float as the target needs. */
  until(share: number): Promise<void> {
    const { ranking } = this;
    if (!ranking) return Promise.resolve();
    this.#leaveFile();
    return this.#run(async (hooks) => {
      const { recipe } = this;
      const key = this.#rangeKey;
      const names = ranking.map(({ layer }) => layer);
      const found = await this.#ask((calls, ticket) => calls.until(ticket, recipe, names, share), hooks);
      this.#float = { key: this.session.hash, value: found.float };
      this.#point(key, found.float.length, found.agreement);
      this.#target = { key: this.#recipeKey, value: { share, met: found.met } };
    });
  }
  judge(): Promise<void> {
    return this.#run(async (hooks) => {
      const { recipe } = this;
      const key = this.#recipeKey;
      this.#verdict = { key, value: await this.#ask((calls, ticket) => calls.verdict(ticket, recipe), hooks) };
    });
  }
  save(): Promise<void> {
    return this.#run(async (hooks) => {
      const { recipe } = this;
      const bytes = await this.#ask((calls, ticket) => calls.save(ticket, recipe), hooks);
      const name = fileName(`${this.session.name}.int8`, 'safetensors');
      saveBlob(name, new Blob([bytes as Uint8Array<ArrayBuffer>]));
      this.session.say(`${name} is saved: the net in integers, its recipe and how pictures are prepared.`);
    });
  }
  /** Opens a file of the pane's own or of the command line's `quantize`. */
  load(file: File): Promise<void> {
    return this.#run(async (hooks) => {
      const bytes = await weightsBytes(file);
      const read = await this.#call(
        (calls, ticket) => calls.load(ticket, Comlink.transfer(bytes, [bytes.buffer])),
        hooks,
      );
      const hash = netHash(canonical(parse(read.text).architecture));
      if (hash !== this.session.hash) this.session.open(read.name, read.text);
      void this.client.calls.adopt(hash);
      this.#file = { name: file.name, hash, recipe: read.recipe };
      this.session.say(`${file.name} is open: the net in integers as the file has it.`);
    });
  }
  /** Back from a file to a recipe of the pane's own. */
  #leaveFile(): void {
    if (!this.file) return;
    this.take(this.file.recipe);
    this.closeFile();
  }
  closeFile(): void {
    this.#file = undefined;
    void this.client.calls.adopt(undefined);
  }

  /** How a calibrated value's numbers are spread; undefined when it is not known. */
  async spread(value: string): Promise<CalibratedSpread | undefined> {
    const outcome = await this.client.calls.spread(value, this.equalized);
    return outcome.ok ? outcome.value : undefined;
  }

  /** One job at a time: a new one stops the one before. */
  async #run(work: (hooks: JobHooks) => Promise<void>): Promise<void> {
    this.cancel();
    const running = new AbortController();
    this.#running = running;
    this.problem = undefined;
    this.job = { what: 'Starting', share: 0 };
    try {
      await work({
        signal: running.signal,
        onProgress: (what, share) => {
          if (this.#running === running) this.job = { what, share };
        },
      });
    } catch (error) {
      if (!running.signal.aborted && this.#running === running) this.problem = sentence((error as Error).message);
    } finally {
      if (this.#running === running) {
        this.#running = undefined;
        this.job = undefined;
      }
    }
  }

  /** A question about the net and the pictures that the page has now. */
  async #ask<T>(work: Ask<T>, hooks: JobHooks): Promise<T> {
    await this.#open(hooks);
    const key = this.#pictureKey;
    if (this.#sentKey !== key) {
      hooks.onProgress('Reading pictures', 0);
      const bitmaps = await this.pictures.decode(hooks.signal);
      await this.#call((calls, ticket) => calls.pictures(ticket, Comlink.transfer(bitmaps, bitmaps)), hooks);
      this.#sentKey = key;
    }
    return this.#call(work, hooks);
  }

  async #open(hooks: JobHooks): Promise<void> {
    const { choice, session, vision } = this;
    const key = this.#benchKey;
    if (!choice) throw new Error(`${session.name} has no weights here; load some first.`);
    if (this.#bench?.key === key) return;
    const { hash, name, text } = session;
    const preprocessing = vision.published?.preprocessing ?? {};
    const request = { hash, name, text, weights: await weightsReference(choice), preprocessing };
    this.#sentKey = '';
    const opened = await this.#call((calls, ticket) => calls.open(ticket, request), hooks);
    if (opened.fits) {
      this.#bench = { key, value: opened };
      return;
    }
    this.#bench = undefined;
    this.#mismatch = { key, value: opened.mismatch };
    throw new Error(`These weights are of another net than ${name}.`);
  }

  async #call<T>(work: Ask<T>, hooks: JobHooks): Promise<T> {
    const outcome = await this.client.call(work, hooks);
    hooks.signal.throwIfAborted();
    if (outcome.ok) return outcome.value;
    throw new Error(outcome.problem.message);
  }

  #point(key: string, count: number, agreement: Agreement): void {
    const before = this.#curve.key === key ? this.#curve.value : new Map<number, Agreement>();
    this.#curve = { key, value: new Map([...before, [count, agreement]]) };
  }

  /** The worker is gone, and with it the net, the pictures and the file. */
  #forget(): void {
    this.#bench = undefined;
    this.#sentKey = '';
    this.#file = undefined;
  }
}

type JobHooks = Required<Pick<CallHooks, 'signal' | 'onProgress'>>;
type Ask<T> = (calls: QuantizeClient['calls'], ticket: number) => Promise<Outcome<T>>;

const current = <T>(found: Found<T> | undefined, key: string): T | undefined =>
  found?.key === key ? found.value : undefined;

const keyOf = (choice: WeightsChoice): string =>
  choice.kind === 'file'
    ? `file ${choice.file.name} ${choice.file.size} ${choice.file.lastModified}`
    : JSON.stringify(choice);

const states = new WeakMap<Session, QuantizeState>();

/** The session's one state of this pane; it outlives the pane. */
export function quantizeState(session: Session): QuantizeState {
  let state = states.get(session);
  if (!state) states.set(session, (state = new QuantizeState(session)));
  return state;
}
