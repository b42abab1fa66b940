// What the Train pane shows: recipe and pictures, the run under way or the last one, those kept before, and what the worker said of them.
import { carriedRecipe, readRecipe, withRecipe } from '../../../graph/train/recipe.ts';
import type { CurvePoint, Validation } from '../../../graph/train/training-run.ts';
import type { KeptRun, TrainedNet, TrainFacts, TrainRequest } from '../../../workers/jobs/train/protocol.ts';
import { trainHost } from '../../hosts/train.ts';
import { saveBlob } from '../../parts/clipboard.ts';
import { fileName } from '../../parts/file-names.ts';
import { perSession } from '../../state/per-session.svelte.ts';
import type { Session } from '../../state/session.svelte.ts';
import { openNetOf } from '../../weights/net-of.ts';
import type { AskTrainer, TrainHooks } from './asks.ts';
import { smallNet, usualRecipe } from './demo.ts';
import { OwnPictures } from './own-pictures.svelte.ts';
import { TrainPlace } from './place.svelte.ts';
import { readRuns, storeRuns, type KeptCurve } from './runs.ts';

/** Classes of the drawn pictures. */
const drawnClasses = 12;

export class TrainState {
  readonly place: TrainPlace;
  readonly own: OwnPictures;
  recipe = $state(usualRecipe);
  pictures = $state<'drawn' | 'own'>('drawn');
  job = $state.raw<{ readonly what: string; readonly share?: number } | undefined>(undefined);
  training = $state(false);
  paused = $state(false);
  problem = $state.raw<string | undefined>(undefined);
  points = $state.raw<readonly CurvePoint[]>([]);
  looks = $state.raw<readonly Validation[]>([]);
  /** The net that {@link points} are of. */
  curveOf = $state.raw<{ readonly name: string; readonly hash: string; readonly steps: number } | undefined>(undefined);
  facts = $state.raw<(TrainFacts & { readonly key: string }) | undefined>(undefined);
  result = $state.raw<(TrainedNet & Record<'hash' | 'name' | 'where', string>) | undefined>(undefined);
  kept = $state.raw<KeptRun | undefined>(undefined);
  runs = $state.raw<readonly KeptCurve[]>(readRuns());
  /** The kept run that {@link points} are of. */
  keptAs = $state.raw<number | undefined>(undefined);
  hidden = $state.raw<ReadonlySet<number>>(new Set());
  #running: AbortController | undefined;
  /** Document whose recipe was taken over. */
  #taken: string | undefined;

  readonly read = $derived.by(() => readRecipe(this.recipe));
  readonly steps: number = $derived('problem' in this.read ? 0 : this.read.steps);
  readonly classes: number = $derived.by(() => (this.pictures === 'own' ? this.own.classes.length : drawnClasses));
  /** Side of the square pictures that the net reads. */
  readonly side: number | undefined = $derived.by(() => {
    const [channels, height, width] = this.session.architecture.header.input;
    return channels === 3 && height === width ? height : undefined;
  });
  /** Why the net on the page cannot be trained on these pictures, as they stand. */
  readonly unfit: string | undefined = $derived.by(() => {
    const { session, classes, side } = this;
    const outputs = session.graph?.facts.get(session.graph.outputs[0] ?? '')?.shape ?? [];
    if (session.file) return 'A model file’s net is not trained here: only nets of the notation are.';
    if (session.stale || !session.graph) return 'The net has errors; mend them first.';
    if (side === undefined) return 'Only nets of square colour pictures are trained here.';
    if (this.pictures === 'own' && classes < 2) return 'Choose a folder with a folder a class.';
    if (outputs.length !== 2) return 'Only nets with one row of outputs a picture are trained here.';
    return outputs[1] === classes
      ? undefined
      : `${session.name} has ${outputs[1] ?? 0} outputs, the pictures ${classes} classes.`;
  });
  readonly key: string = $derived.by(
    () => `${this.session.hash} ${this.pictures} ${this.own.version} ${this.place.on} ${this.recipe}`,
  );

  constructor(readonly session: Session) {
    const host = trainHost({
      onEvent: ({ points, looks }) => {
        if (points.length > 0) this.points = [...this.points, ...points];
        if (looks.length > 0) this.looks = [...this.looks, ...looks];
      },
      onStopped: () => this.own.lost(),
    });
    this.own = new OwnPictures((work, hooks) => this.#ask(work, hooks));
    this.place = new TrainPlace(host, () => this.own.lost());
    // No job of its own: the first look at the pictures, soon after, would end it.
    this.#ask((calls, ticket) => calls.kept(ticket), {}).then(
      (kept) => (this.kept ??= kept),
      (error: Error) => (this.problem = error.message),
    );
  }

  /** A document that carries a recipe brings it along. Call while it is shown. */
  takeRecipe(): void {
    const carried = carriedRecipe(this.session.text);
    if (carried === undefined || carried === this.#taken) return;
    this.#taken = carried;
    if (!('problem' in readRecipe(carried))) this.recipe = carried;
  }

  openSmall(): void {
    // With its recipe, which training writes into the text: one undo leads back.
    this.session.open(smallNet.name, withRecipe(smallNet.text, this.recipe), 'Open a small net to train');
  }
  /** Gives the last linear layer as many outputs as there are classes. */
  fitClasses(): void {
    const { blocks } = this.session.architecture;
    const line = blocks.findLastIndex(({ word }) => word === 'linear');
    if (line >= 0) this.session.setArgument(line, 'c', this.classes);
  }

  /** Trains the net on the page; where it does not fit the drawn pictures, a small one. */
  async start(goOn = false): Promise<void> {
    if (this.unfit !== undefined && !goOn) return;
    const { session, recipe, pictures } = this;
    session.setText(withRecipe(session.text, recipe), 'Training recipe');
    this.#taken = carriedRecipe(session.text);
    const { hash, name } = session;
    await this.#run('Training', async (hooks) => {
      if (pictures === 'own') await this.own.send(this.side as number, hooks);
      if (goOn && this.curveOf?.hash !== hash) this.points = [];
      if (!goOn) [this.points, this.looks] = [[], []];
      this.curveOf = { name, hash, steps: this.steps };
      this.result = undefined;
      this.training = true;
      const where = this.place.words;
      try {
        const trained = await this.#ask((calls, ticket) => calls.train(ticket, this.#request(), goOn), hooks, true);
        [this.points, this.looks] = [trained.curve, trained.looks];
        this.result = { ...trained, hash, name, where };
        this.#keep(trained, name, hash, recipe);
      } finally {
        [this.training, this.paused] = [false, false];
        this.kept = await this.#ask((calls, ticket) => calls.kept(ticket), {});
      }
    });
  }
  /** Opens the net of the kept run and goes on with it. */
  async goOn(): Promise<void> {
    const { kept, session } = this;
    if (!kept) return;
    if (session.hash !== kept.hash) session.open(kept.name, withRecipe(kept.text, kept.recipe));
    [this.recipe, this.pictures] = [kept.recipe, kept.pictures];
    this.place.choose(kept.on);
    await this.start(true);
  }
  async forget(): Promise<void> {
    await this.place.client.call((calls, ticket) => calls.forget(ticket));
    this.kept = undefined;
  }
  pause(on: boolean): void {
    this.paused = on;
    void this.place.client.calls.pause(on);
  }
  stop(): void {
    this.#running?.abort(new DOMException('Cancelled.', 'AbortError'));
  }

  /** Samples, class balance, memory and time of a step. */
  async look(): Promise<void> {
    const { key } = this;
    if (this.training || this.unfit !== undefined || 'problem' in this.read || this.facts?.key === key) return;
    await this.#run('Looking at the pictures', async (hooks) => {
      if (this.pictures === 'own') await this.own.send(this.side as number, hooks);
      const facts = await this.#ask((calls, ticket) => calls.look(ticket, this.#request()), hooks);
      this.facts = { ...facts, key };
    });
  }
  async findRate(): Promise<void> {
    await this.#run('Looking for a rate', async (hooks) => {
      if (this.pictures === 'own') await this.own.send(this.side as number, hooks);
      const { suggested } = await this.#ask((calls, ticket) => calls.findRate(ticket, this.#request()), hooks);
      if (suggested === undefined)
        throw new Error('The loss fell at no rate from 0.0001 to 10: look at the net and the pictures.');
      const schedule = /^rate +\S+ *(.*)$/m.exec(this.recipe)?.[1] ?? 'cosine to 0';
      const line = `rate ${suggested} ${schedule}`.trim();
      this.recipe = /^rate .*$/m.test(this.recipe)
        ? this.recipe.replace(/^rate .*$/m, line)
        : `${this.recipe}\n${line}`;
      this.session.say(`Rate ${suggested}: a third of the one at which the smoothed loss was least.`);
    });
  }

  /** The weights as a file; they were read back bit for bit by the worker that wrote them. */
  #file({ name, weights }: { readonly name: string; readonly weights: Uint8Array<ArrayBuffer> }): File {
    return new File([weights], fileName(name, 'safetensors'), { type: 'application/octet-stream' });
  }
  async save(): Promise<void> {
    const { result } = this;
    if (!result) return;
    const file = this.#file(result);
    const back = new Uint8Array(await file.arrayBuffer());
    if (back.length !== result.weights.length || back.some((byte, i) => byte !== result.weights[i])) {
      this.problem = 'The browser did not give the file back as it was written; nothing was saved. Try again.';
      return;
    }
    saveBlob(file.name, file);
    this.session.say(`${file.name} is saved: the weights, the classes’ names and how pictures are prepared.`);
  }
  /** Opens the trained weights for every view. */
  use(): void {
    const { result, session } = this;
    if (!result || result.hash !== session.hash) return;
    openNetOf(session).use({ kind: 'file', file: this.#file(result) });
    session.say('Try answers with the trained weights now.');
  }

  toggle(id: number): void {
    const next = new Set(this.hidden);
    if (!next.delete(id)) next.add(id);
    this.hidden = next;
  }
  remove(id: number): void {
    this.runs = storeRuns(this.runs.filter((run) => run.id !== id));
  }
  #keep({ curve, looks, score }: TrainedNet, net: string, hash: string, recipe: string): void {
    if (curve.length < 2) return;
    const run = { id: Date.now(), net, hash, recipe, points: curve, looks, ...(score && { accuracy: score.accuracy }) };
    this.keptAs = run.id;
    this.runs = storeRuns([run, ...this.runs]);
  }

  #request(): TrainRequest {
    const { session, recipe, pictures } = this;
    return { name: session.name, text: session.text, hash: session.hash, recipe, pictures };
  }

  /** One job at a time: a new one ends the one before, but for training, which only {@link stop} ends. */
  async #run(what: string, work: (hooks: TrainHooks) => Promise<void>): Promise<void> {
    if (this.training) return;
    this.stop();
    const running = (this.#running = new AbortController());
    this.problem = undefined;
    this.job = { what };
    try {
      await work({
        signal: running.signal,
        onProgress: (now, share) => {
          if (this.#running === running) this.job = { what: now, share };
        },
      });
    } catch (error) {
      if (!running.signal.aborted) this.problem = (error as Error).message;
    } finally {
      if (this.#running === running) this.job = undefined;
    }
  }
  /** `answers`: the call answers when it is cancelled, too. */
  async #ask<T>(work: AskTrainer<T>, hooks: Partial<TrainHooks>, answers = false): Promise<T> {
    const outcome = await this.place.client.call(work, hooks);
    if (!answers) hooks.signal?.throwIfAborted();
    if (outcome.ok) return outcome.value;
    throw new Error(outcome.problem.message);
  }
}

export const trainState = perSession((session) => new TrainState(session));
