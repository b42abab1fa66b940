// What the Quantize pane shows: the recipe, and what was found out with it on the worker's bench.
import * as Comlink from 'comlink';
import type { Agreement } from '../../../graph/quant/compare.ts';
import { calibrationMethods, type CalibrationMethod } from '../../../graph/quant/observers.ts';
import type { Recipe } from '../../../graph/quant/quantize.ts';
import type { Sensitivity } from '../../../graph/quant/sensitivity.ts';
import { netHash, type SharedRecipe } from '../../../graph/link/link.ts';
import { canonical } from '../../../graph/notation/canonical.ts';
import { parse } from '../../../graph/notation/parse.ts';
import type {
  Assessment,
  CalibratedSpread,
  CalibratorRow,
  ComparedNets,
} from '../../../workers/jobs/quantize/protocol.ts';
import { saveBlob } from '../../parts/clipboard.ts';
import { fileName } from '../../parts/file-names.ts';
import { photosOf, type Photos } from '../../pictures/photos.svelte.ts';
import type { NodeNoise } from '../../state/measurements/heat.ts';
import { perSession } from '../../state/per-session.svelte.ts';
import type { QuantizeFindings } from '../../state/built-net.ts';
import type { Session } from '../../state/session.svelte.ts';
import { weightsBytes } from '../../weights/choice.ts';
import { openNetOf } from '../../weights/net-of.ts';
import type { OpenNet } from '../../weights/open-net.svelte.ts';
import { Bench, current, type Found } from './bench.svelte.ts';
import { methodOf, sameRecipe, sharedRecipe } from './recipe.ts';

/** A finding with the recipe that it is of. */
interface OfRecipe<T> {
  readonly value: T;
  readonly recipe: Recipe;
}

/** A quantized file that stands for its net's recipe. */
interface OpenedFile {
  readonly name: string;
  readonly hash: string;
  readonly recipe: Recipe;
}

export class QuantizeState implements QuantizeFindings {
  readonly bench: Bench;
  perChannel = $state(true);
  equalized = $state(false);
  method = $state<CalibrationMethod>(calibrationMethods[0]);
  #file = $state.raw<OpenedFile | undefined>(undefined);
  #float = $state.raw<Found<readonly string[]>>({ key: '', value: [] });
  #compared = $state.raw<Found<readonly CalibratorRow[]> | undefined>(undefined);
  #assessed = $state.raw<Found<OfRecipe<Assessment>> | undefined>(undefined);
  #ranking = $state.raw<Found<readonly Sensitivity[]> | undefined>(undefined);
  #curve = $state.raw<Found<ReadonlyMap<number, Agreement>>>({ key: '', value: new Map() });
  #verdict = $state.raw<Found<OfRecipe<ComparedNets>> | undefined>(undefined);
  #target = $state.raw<Found<{ readonly share: number; readonly met: boolean }> | undefined>(undefined);

  readonly #treatKey: string = $derived.by(() => `${this.bench.key} ${this.perChannel} ${this.equalized}`);
  readonly recipe: Recipe = $derived.by(() => {
    const { perChannel, equalized, method } = this;
    if (this.file) return this.file.recipe;
    return { calibration: method, pictures: this.bench.pictures.count, perChannel, equalized, float: this.float };
  });
  /** Of the recipe without what is kept in float. */
  readonly #rangeKey: string = $derived.by(() => {
    const { calibration, perChannel, equalized } = this.recipe;
    return `${this.bench.key} ${this.file?.name ?? ''} ${calibration} ${perChannel} ${equalized}`;
  });
  readonly #recipeKey: string = $derived(`${this.#rangeKey} ${this.recipe.float.join()}`);

  readonly shared: SharedRecipe | undefined = $derived.by(() =>
    (this.rows ?? this.file ?? this.assessment ?? this.verdict) ? sharedRecipe(this.recipe) : undefined,
  );
  readonly noise: NodeNoise | undefined = $derived.by(
    () => this.assessment && new Map(this.assessment.layers.map(({ id, sqnrDb }) => [id, sqnrDb])),
  );

  constructor(
    readonly session: Session,
    readonly net: OpenNet,
    /** Those that Try was given. */
    readonly photos: Photos,
  ) {
    // The worker held the file.
    this.bench = new Bench(session, net.weights, () => (this.#file = undefined));
    if (photos.files.length > 0) this.bench.pictures.use(photos.files);
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
  get rows(): readonly CalibratorRow[] | undefined {
    return current(this.#compared, this.#treatKey);
  }
  /** Of this net, these weights and pictures; perhaps with another recipe: {@link isStale}. */
  get assessed(): OfRecipe<Assessment> | undefined {
    return current(this.#assessed, this.bench.key);
  }
  get assessment(): Assessment | undefined {
    return this.#fresh(this.assessed);
  }
  get ranking(): readonly Sensitivity[] | undefined {
    return current(this.#ranking, this.#rangeKey);
  }
  /** Agreement by number of worst layers kept in float, as far as it was tried. */
  get curve(): ReadonlyMap<number, Agreement> {
    return current(this.#curve, this.#rangeKey) ?? new Map();
  }
  get judged(): OfRecipe<ComparedNets> | undefined {
    return current(this.#verdict, this.bench.key);
  }
  get verdict(): ComparedNets | undefined {
    return this.#fresh(this.judged);
  }
  /** A file's recipe is its own even where it says the same. */
  isStale({ recipe }: OfRecipe<unknown>): boolean {
    return recipe !== this.recipe && (this.file !== undefined || !sameRecipe(recipe, this.recipe));
  }
  #fresh<T>(found: OfRecipe<T> | undefined): T | undefined {
    return found && !this.isStale(found) ? found.value : undefined;
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

  compare(): Promise<void> {
    const { perChannel, equalized } = this;
    this.#leaveFile();
    return this.bench.run(async (hooks) => {
      const key = this.#treatKey;
      const value = await this.bench.ask((calls, ticket) => calls.compare(ticket, { perChannel, equalized }), hooks);
      this.#compared = { key, value };
    });
  }
  assess(): Promise<void> {
    return this.bench.run(async (hooks) => {
      const { recipe } = this;
      const { key } = this.bench;
      const value = await this.bench.ask((calls, ticket) => calls.assess(ticket, recipe), hooks);
      this.#assessed = { key, value: { value, recipe } };
    });
  }
  rank(): Promise<void> {
    return this.bench.run(async (hooks) => {
      const recipe = { ...this.recipe, float: [] };
      const key = this.#rangeKey;
      this.#ranking = { key, value: await this.bench.ask((calls, ticket) => calls.rank(ticket, recipe), hooks) };
    });
  }
  /** Keeps so many of the worst layers in float. */
  keepFloat(count: number): Promise<void> {
    const { ranking } = this;
    if (!ranking) return Promise.resolve();
    this.#leaveFile();
    this.#float = { key: this.session.hash, value: ranking.slice(0, count).map(({ layer }) => layer) };
    if (this.curve.has(count)) return Promise.resolve();
    return this.bench.run(async (hooks) => {
      const { recipe } = this;
      const key = this.#rangeKey;
      this.#point(key, count, await this.bench.ask((calls, ticket) => calls.agreement(ticket, recipe), hooks));
    });
  }
  /** Keeps as few of the worst layers in float as the target needs. */
  until(share: number): Promise<void> {
    const { ranking } = this;
    if (!ranking) return Promise.resolve();
    this.#leaveFile();
    return this.bench.run(async (hooks) => {
      const { recipe } = this;
      const key = this.#rangeKey;
      const names = ranking.map(({ layer }) => layer);
      const found = await this.bench.ask((calls, ticket) => calls.until(ticket, recipe, names, share), hooks);
      this.#float = { key: this.session.hash, value: found.float };
      this.#point(key, found.float.length, found.agreement);
      this.#target = { key: this.#recipeKey, value: { share, met: found.met } };
    });
  }
  judge(): Promise<void> {
    return this.bench.run(async (hooks) => {
      const { recipe } = this;
      const { key } = this.bench;
      const value = await this.bench.ask((calls, ticket) => calls.verdict(ticket, recipe), hooks);
      this.#verdict = { key, value: { value, recipe } };
    });
  }
  save(): Promise<void> {
    return this.bench.run(async (hooks) => {
      const { recipe } = this;
      const bytes = await this.bench.ask((calls, ticket) => calls.save(ticket, recipe), hooks);
      const name = fileName(`${this.session.name}.int8`, 'safetensors');
      saveBlob(name, new Blob([bytes as Uint8Array<ArrayBuffer>]));
      this.session.say(
        `${name} was read back and is among the browser’s downloads: the net in integers, its recipe and how pictures are prepared.`,
      );
    });
  }
  /** Opens a file of the pane's own or of the command line's `quantize`. */
  load(file: File): Promise<void> {
    return this.bench.run(async (hooks) => {
      const bytes = await weightsBytes(file);
      const read = await this.bench.call(
        (calls, ticket) => calls.load(ticket, Comlink.transfer(bytes, [bytes.buffer])),
        hooks,
      );
      const hash = netHash(canonical(parse(read.text).architecture));
      if (hash !== this.session.hash) this.session.open(read.name, read.text);
      void this.bench.client.calls.adopt(hash);
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
    void this.bench.client.calls.adopt(undefined);
  }

  /** How a calibrated value's numbers are spread; undefined when it is not known. */
  async spread(value: string): Promise<CalibratedSpread | undefined> {
    const outcome = await this.bench.client.calls.spread(value, this.equalized);
    return outcome.ok ? outcome.value : undefined;
  }

  #point(key: string, count: number, agreement: Agreement): void {
    const before = this.#curve.key === key ? this.#curve.value : new Map<number, Agreement>();
    this.#curve = { key, value: new Map([...before, [count, agreement]]) };
  }
}

export const quantizeState = perSession((session) => new QuantizeState(session, openNetOf(session), photosOf(session)));
