// A run of a recipe, step by step: the curve, looks at pictures kept aside, the best weights, and giving up where numbers stop being finite.
import type { InferredGraph } from '../ir/graph.ts';
import type { TrainBackend, Trainer, TrainerState, TrainNeed } from './backend.ts';
import { batchOfStep } from './batch.ts';
import type { LabelledPictures } from './data/pictures.ts';
import { evaluate, type HeldOutScore } from './evaluate.ts';
import { fitted, prepareNet } from './fitting.ts';
import type { TrainRecipe } from './recipe.ts';
import { ratesOf } from './schedule.ts';

export interface CurvePoint {
  /** Steps done. */
  readonly step: number;
  readonly loss: number;
  readonly rate: number;
  /** l2 norm over all gradients, before clipping. */
  readonly gradientNorm: number;
  /** Share of the batch's pictures that got their class. */
  readonly accuracy: number;
  /** The update was left out: a number was not finite. */
  readonly skipped: boolean;
}

/** A look at the pictures kept aside. */
export interface Validation {
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
}

export interface RunEnding {
  /** `early`: several looks brought nothing better. `not-finite`: given up. */
  readonly kind: 'done' | 'early' | 'not-finite';
  /** Why, for the user; empty when all steps were done. */
  readonly sentence: string;
}

type Tensors = ReadonlyMap<string, Float32Array>;

/** All that a run has found out; with {@link TrainerState} a later run goes on from it. */
export interface RunState {
  readonly trainer: TrainerState;
  readonly curve: readonly CurvePoint[];
  readonly checks: readonly Validation[];
  /** Weights of the best look. */
  readonly best?: Tensors;
}

/** Updates in a row that may fail before a run is given up. */
const MOST_SKIPPED = 3;
/** Steps between two copies of the weights that a failed run goes back to. */
const KEEP_EVERY = 10;
/** A loss so many times that of guessing is no weights to go back to. */
const FAR_WORSE = 20;

export class TrainingRun {
  readonly curve: CurvePoint[] = [];
  readonly checks: Validation[] = [];
  ending: RunEnding | undefined;
  #best: Tensors | undefined;
  /** From before a step whose loss was sane. */
  #good: TrainerState;

  private constructor(
    readonly recipe: TrainRecipe,
    readonly pictures: LabelledPictures,
    /** The net for a batch. */
    readonly batched: InferredGraph,
    readonly need: TrainNeed,
    private readonly backend: TrainBackend,
    private readonly trainer: Trainer,
    start: TrainerState,
    private readonly rates: Float64Array,
  ) {
    this.#good = start;
  }

  /** `graph` takes one picture. Throws RangeError or ShapeError where it cannot be trained, or has no room. */
  static async begin(
    graph: InferredGraph,
    start: Tensors,
    recipe: TrainRecipe,
    pictures: LabelledPictures,
    backend: TrainBackend,
  ): Promise<TrainingRun> {
    const net = prepareNet(graph, recipe);
    const need = await fitted(graph, net, recipe, backend);
    const { batched, train } = net;
    const { optimizer, clipNorm, ema } = recipe;
    const trainer = await backend.trainer(train, start, { optimizer, clipNorm, ema });
    const rates = ratesOf(recipe.schedule, recipe.rate, recipe.steps);
    return new TrainingRun(recipe, pictures, batched, need, backend, trainer, await trainer.snapshot(), rates);
  }

  /** Steps done. */
  get step(): number {
    return this.curve.length;
  }
  get skipped(): number {
    return this.curve.filter(({ skipped }) => skipped).length;
  }
  /** The step whose weights are the best so far; undefined where nobody looks. */
  get bestStep(): number | undefined {
    return best(this.checks)?.step;
  }

  /** One step, and the look that is due after it. A rejected promise (a cancel) leaves the run as it was before the step. */
  async next(): Promise<CurvePoint> {
    const { recipe, trainer } = this;
    const t = this.step;
    const before = t % KEEP_EVERY === 0 ? await trainer.snapshot() : undefined;
    const { input, labels } = batchOfStep(this.pictures, recipe, t);
    const rate = this.rates[t] as number;
    const { loss, gradientNorm, output, skipped } = await trainer.step(input, { label: labels }, rate);
    const columns = output.length / labels.length;
    if (before && loss < FAR_WORSE * Math.log(columns + 1)) this.#good = before;
    const right = labels.filter((label, row) => largest(output, row * columns, columns) === label).length;
    const point = { step: t + 1, loss, rate, gradientNorm, accuracy: right / labels.length, skipped };
    this.curve.push(point);
    if (this.curve.length >= MOST_SKIPPED && this.curve.slice(-MOST_SKIPPED).every((step) => step.skipped))
      await this.#giveUp(input, labels);
    else if (t + 1 === recipe.steps) this.ending = { kind: 'done', sentence: '' };
    if (recipe.check !== undefined && this.ending?.kind !== 'not-finite' && this.#isDue(recipe.check))
      await this.#look();
    return point;
  }

  #isDue(every: number): boolean {
    return this.step % every === 0 || this.ending !== undefined;
  }

  async #look(): Promise<void> {
    const weights = await this.#latest();
    const { loss, accuracy } = await evaluate(this.backend, this.batched, weights, this.pictures, 'check');
    this.checks.push({ step: this.step, loss, accuracy });
    if (this.bestStep === this.step) this.#best = weights;
    const { patience } = this.recipe;
    const since = this.checks.length - 1 - this.checks.findIndex(({ step }) => step === this.bestStep);
    if (patience !== undefined && since >= patience && !this.ending)
      this.ending = {
        kind: 'early',
        sentence: `Ended at step ${this.step}: ${since} looks brought nothing better than step ${this.bestStep ?? 0}.`,
      };
  }

  async #giveUp(input: Float32Array, labels: readonly number[]): Promise<void> {
    const where = await this.trainer.explain(input, { label: labels });
    await this.trainer.restore(this.#good);
    const { rate } = this.curve.at(-1) as CurvePoint;
    const clip = this.recipe.clipNorm === undefined ? ', or a line "clip 1",' : '';
    this.ending = {
      kind: 'not-finite',
      sentence: `Given up after ${this.step} steps, the last ${MOST_SKIPPED} of them left out: ${where ?? 'the norm of all gradients is not finite'}. The weights are those of update ${this.#good.updates}, the last good ones; a rate below ${Number(rate.toPrecision(3))}${clip} helps.`,
    };
  }

  /** Every tensor of the net: of the best look, else the newest, the averaged ones where the recipe averages. */
  async weights(): Promise<Tensors> {
    return this.#best ?? this.#latest();
  }
  async #latest(): Promise<Tensors> {
    const { weights, averages } = await this.trainer.snapshot();
    return this.recipe.ema === undefined ? weights : averages;
  }

  /** How well {@link weights} do on the pictures that nothing was chosen by. */
  async test(): Promise<HeldOutScore> {
    return evaluate(this.backend, this.batched, await this.weights(), this.pictures, 'test');
  }

  async save(): Promise<RunState> {
    const { curve, checks } = this;
    const trainer = await this.trainer.snapshot();
    return { trainer, curve: [...curve], checks: [...checks], ...(this.#best && { best: this.#best }) };
  }

  /** Goes on from there. Throws RangeError where the state is another net's. */
  async resume({ trainer, curve, checks, best: weights }: RunState): Promise<void> {
    await this.trainer.restore(trainer);
    this.curve.splice(0, this.curve.length, ...curve);
    this.checks.splice(0, this.checks.length, ...checks);
    this.#best = weights;
    this.#good = trainer;
    this.ending = this.step >= this.recipe.steps ? { kind: 'done', sentence: '' } : undefined;
  }
}

/** The first look of the highest accuracy; of equal ones the one of the lower loss. */
function best(checks: readonly Validation[]): Validation | undefined {
  let found: Validation | undefined;
  for (const check of checks)
    if (!found || check.accuracy > found.accuracy || (check.accuracy === found.accuracy && check.loss < found.loss))
      found = check;
  return found;
}

function largest(values: Float32Array, from: number, count: number): number {
  let found = 0;
  for (let i = 1; i < count; i++) if ((values[from + i] as number) > (values[from + found] as number)) found = i;
  return found;
}
