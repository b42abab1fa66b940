// Where a study works: trains nets on whatever batches it gives, asks trained ones, and tells every step to whoever looks on.
import { withBatch } from '../../ir/batch.ts';
import type { InferredGraph } from '../../ir/graph.ts';
import { graphOf } from '../../notation/check.ts';
import type { TrainBackend, Trainer } from '../backend.ts';
import { logSoftmax } from '../class-targets.ts';
import type { DataSplit, LabelledPictures } from '../data/pictures.ts';
import type { FakeQuant } from '../fake-quant-form.ts';
import type { Loss, Targets } from '../loss.ts';
import { readRecipe } from '../recipe.ts';
import { ratesOf } from '../schedule.ts';
import { trainGraph } from '../train-graph.ts';
import { median, reliability } from './statistics.ts';
import type { ReliabilityBin, StudyPoint, StudyRun, StudySight } from './findings.ts';

export type NetTensors = ReadonlyMap<string, Float32Array>;

export interface StudyLesson {
  /** Whose curve it is. */
  readonly arm: string;
  readonly seed: number;
  /** For one input. */
  readonly graph: InferredGraph;
  readonly start: NetTensors;
  readonly loss: Loss;
  /** Rate, optimizer, batch, clipping: a recipe's lines. */
  readonly recipe: string;
  readonly steps: number;
  readonly trainable?: readonly string[];
  readonly fakeQuant?: FakeQuant;
  /** Shows how the net sees, before the first step, some ten times on the way, and behind the last. */
  readonly sight?: (weights: NetTensors) => Promise<Pick<StudySight, 'side' | 'pictures'>>;
  /** Of step `t`, with rows for the recipe's batch. */
  batchOf(t: number): StudyBatch | Promise<StudyBatch>;
}

export interface StudyBatch {
  readonly input: Float32Array;
  readonly targets: Targets;
}

export interface TaughtNet {
  readonly weights: NetTensors;
  /** Updates that were left out: a number was not finite. */
  readonly skipped: number;
  /** Median, the batch's making included. */
  readonly stepMs: number;
}

export interface Pupil {
  readonly lesson: StudyLesson;
  readonly trainer: Trainer;
  readonly rates: Float64Array;
  readonly times: number[];
  skipped: number;
  readonly averaged: boolean;
}

export interface LabEvents {
  point(point: StudyPoint): void;
  result(run: StudyRun): void;
  sight?(sight: StudySight): void;
}

/** Rows of a batch of inference. */
export const INFERRED = 20;

export class Lab {
  constructor(
    readonly backend: TrainBackend,
    /** Of a run. */
    readonly steps: number,
    /** Arms that are wanted. */
    readonly arms: ReadonlySet<string>,
    private readonly events: LabEvents,
    /** Awaited between two pieces of work; rejects when the user cancels. */
    readonly pause: () => Promise<void> | undefined,
    /** Milliseconds. */
    readonly now: () => number,
  ) {}

  /** What all seeds share, by name: made once. */
  readonly #shared = new Map<string, unknown>();
  async once<T>(name: string, make: () => Promise<T>): Promise<T> {
    if (!this.#shared.has(name)) this.#shared.set(name, await make());
    return this.#shared.get(name) as T;
  }

  report(run: StudyRun): void {
    this.events.result(run);
  }

  async teach(lesson: StudyLesson): Promise<TaughtNet> {
    return (await this.race([lesson]))[0] as TaughtNet;
  }

  /** Several nets in turns, a step each, so that their times are those of one and the same machine. */
  async race(lessons: readonly StudyLesson[]): Promise<readonly TaughtNet[]> {
    const pupils = await Promise.all(lessons.map((lesson) => this.pupil(lesson)));
    const steps = Math.max(...lessons.map((lesson) => lesson.steps));
    for (let t = 0; t < steps; t++)
      for (const pupil of pupils) {
        const { lesson, trainer, rates, times } = pupil;
        const { arm, seed, steps: own } = lesson;
        if (t >= own) continue;
        const begun = this.now();
        const { input, targets } = await lesson.batchOf(t);
        const result = await trainer.step(input, targets, rates[t] as number);
        times.push(this.now() - begun);
        if (result.skipped) pupil.skipped++;
        this.events.point({ arm, seed, step: t + 1, steps: own, loss: result.loss });
        if (lesson.sight && this.events.sight && (t + 1 === own || t % Math.ceil(own / 12) === 0))
          this.events.sight({ arm, seed, step: t + 1, ...(await lesson.sight((await trainer.snapshot()).weights)) });
      }
    return Promise.all(pupils.map(taught));
  }

  protected async pupil(lesson: StudyLesson): Promise<Pupil> {
    const { graph, start, loss, trainable, fakeQuant, steps } = lesson;
    const { batch, schedule, rate, optimizer, clipNorm, ema } = recipeOf(lesson.recipe);
    const train = trainGraph(withBatch(graph, batch), {
      loss,
      ...(trainable && { trainable }),
      ...(fakeQuant && { fakeQuant }),
    });
    const trainer = await this.backend.trainer(train, start, { optimizer, clipNorm, ema });
    const rates = ratesOf(schedule, rate, steps);
    return { lesson, trainer, rates, times: [], skipped: 0, averaged: ema !== undefined };
  }

  /** The net's outputs for `count` inputs, a row each; `infer` asks another way than the float net. */
  async ask(
    graph: InferredGraph,
    weights: NetTensors,
    count: number,
    inputOf: (index: number) => Float32Array,
    infer?: (batched: InferredGraph, input: Float32Array) => Promise<Float32Array> | Float32Array,
  ): Promise<readonly Float32Array[]> {
    const batched = batchedOnce(graph);
    const rows: Float32Array[] = [];
    for (let from = 0; from < count; from += INFERRED) {
      await this.pause();
      const inputs = Array.from({ length: INFERRED }, (_, row) => inputOf(Math.min(from + row, count - 1)));
      const input = joined(inputs);
      const found = await (infer ? infer(batched, input) : this.backend.infer(batched, weights, input));
      const columns = found.length / INFERRED;
      for (let row = 0; row < Math.min(INFERRED, count - from); row++)
        rows.push(found.slice(row * columns, (row + 1) * columns));
    }
    return rows;
  }

  /** Milliseconds an input in inference, {@link INFERRED} of them at once: the least of five. */
  async latency(graph: InferredGraph, weights: NetTensors, one: Float32Array): Promise<number> {
    const batched = batchedOnce(graph);
    const input = joined(Array.from({ length: INFERRED }, () => one));
    let least = Infinity;
    for (let trial = 0; trial < 5; trial++) {
      await this.pause();
      const begun = this.now();
      await this.backend.infer(batched, weights, input);
      least = Math.min(least, this.now() - begun);
    }
    return least / INFERRED;
  }

  /** Share of held-out pictures that get their class, and how sure the net is of its answers. */
  async score(
    graph: InferredGraph,
    weights: NetTensors,
    pictures: LabelledPictures,
    part: DataSplit = 'test',
    infer?: (batched: InferredGraph, input: Float32Array) => Promise<Float32Array> | Float32Array,
  ): Promise<{ readonly accuracy: number; readonly reliability: readonly ReliabilityBin[] }> {
    const count = pictures.counts[part];
    const rows = await this.ask(graph, weights, count, (index) => pictures.sample(part, index).pixels, infer);
    const answers = rows.map((row, index) => {
      const log = logSoftmax(row, 0, row.length);
      const most = log.reduce((a, b) => Math.max(a, b), -Infinity);
      return { confidence: Math.exp(most), right: log.indexOf(most) === pictures.sample(part, index).label };
    });
    return {
      accuracy: answers.filter(({ right }) => right).length / count,
      reliability: reliability(answers),
    };
  }
}

export async function taught({ trainer, times, skipped, averaged }: Pupil): Promise<TaughtNet> {
  const { weights, averages } = await trainer.snapshot();
  return { weights: averaged ? averages : weights, skipped, stepMs: median(times) };
}

/** The net for {@link INFERRED} inputs; the same object for the same net, which backends keep plans by. */
const known = new WeakMap<InferredGraph, InferredGraph>();
function batchedOnce(graph: InferredGraph): InferredGraph {
  let found = known.get(graph);
  if (!found) known.set(graph, (found = withBatch(graph, INFERRED)));
  return found;
}

export function joined(inputs: readonly Float32Array[]): Float32Array {
  const size = inputs[0]?.length ?? 0;
  const input = new Float32Array(inputs.length * size);
  inputs.forEach((own, row) => input.set(own, row * size));
  return input;
}

export const parametersOf = (graph: InferredGraph): number =>
  [...graph.facts.values()].reduce((sum, { parameterCount }) => sum + parameterCount, 0);

/** A study's own net. */
export function netOf(name: string, text: string): InferredGraph {
  const graph = graphOf({ name, text });
  if (!graph) throw new Error(`the net "${name}" of a study cannot be built`);
  return graph;
}

function recipeOf(text: string): Exclude<ReturnType<typeof readRecipe>, { problem: string }> {
  const recipe = readRecipe(text);
  if ('problem' in recipe) throw new Error(recipe.problem);
  return recipe;
}
