// A whole run of a recipe on the CPU: batches drawn by number alone, progress, held-out accuracy at the end.
import { elements, type Shape } from '../../gpu-kernels/shape.ts';
import { withBatch } from '../ir/batch.ts';
import type { InferredGraph } from '../ir/graph.ts';
import { runReference } from '../ir/reference.ts';
import { hashOf } from '../search/random.ts';
import type { TrainRecipe } from './recipe.ts';
import { ratesOf } from './schedule.ts';
import { trainGraph } from './train-graph.ts';
import { CpuTrainer } from './trainer.ts';

/** Pictures with a class each, as the net's input has them. */
export interface LabelledPictures {
  readonly classes: readonly string[];
  /** For training, and held out. */
  readonly counts: { readonly train: number; readonly test: number };
  sample(part: 'train' | 'test', index: number): { readonly pixels: Float32Array; readonly label: number };
}

export interface RunProgress {
  /** Steps done. */
  readonly step: number;
  readonly loss: number;
  readonly rate: number;
  readonly gradientNorm: number;
  readonly skipped: boolean;
}

export interface RunResult {
  /** Every tensor of the net; the averaged ones where the recipe averages. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly losses: readonly number[];
  /** Share of the held-out pictures that get their class. */
  readonly accuracy: number;
  /** Updates left out because a number was not finite. */
  readonly skipped: number;
  /** The run was given up: three updates in a row were not finite. */
  readonly stopped: boolean;
}

/** Updates in a row that may fail before a run is given up. */
const PATIENCE = 3;

/** Trains `graph` (of one picture) from `start`. */
export function runRecipe(
  graph: InferredGraph,
  start: ReadonlyMap<string, Float32Array>,
  recipe: TrainRecipe,
  pictures: LabelledPictures,
  onStep: (progress: RunProgress) => void = () => undefined,
): RunResult {
  const batched = withBatch(graph, recipe.batch);
  const { loss, trainable } = recipe;
  const trainer = new CpuTrainer(trainGraph(batched, { loss, ...(trainable && { trainable }) }), start, {
    optimizer: recipe.optimizer,
    clipNorm: recipe.clipNorm,
    ema: recipe.ema,
  });
  const size = elements(graph.facts.get(graph.inputs[0] ?? '')?.shape as Shape);
  const losses: number[] = [];
  let [skipped, inRow] = [0, 0];
  for (const [t, rate] of ratesOf(recipe.schedule, recipe.rate, recipe.steps).entries()) {
    const indices = Array.from(
      { length: recipe.batch },
      (_, row) => hashOf(recipe.seed, t, row) % pictures.counts.train,
    );
    const { input, labels } = batchOf(pictures, 'train', indices, size);
    const result = trainer.step(input, { label: labels }, rate);
    losses.push(result.loss);
    onStep({ step: t + 1, loss: result.loss, rate, gradientNorm: result.gradientNorm, skipped: result.skipped });
    inRow = result.skipped ? inRow + 1 : 0;
    skipped += result.skipped ? 1 : 0;
    if (inRow === PATIENCE) break;
  }
  const weights = recipe.ema === undefined ? trainer.state : trainer.averages;
  return {
    weights,
    losses,
    accuracy: accuracyOf(batched, weights, pictures, recipe.batch, size),
    skipped,
    stopped: inRow === PATIENCE,
  };
}

function batchOf(pictures: LabelledPictures, part: 'train' | 'test', indices: readonly number[], size: number) {
  const input = new Float32Array(indices.length * size);
  const labels = indices.map((index, row) => {
    const { pixels, label } = pictures.sample(part, index);
    input.set(pixels, row * size);
    return label;
  });
  return { input, labels };
}

/** In inference mode; the last batch is filled up with pictures that do not count. */
function accuracyOf(
  batched: InferredGraph,
  weights: ReadonlyMap<string, Float32Array>,
  pictures: LabelledPictures,
  batch: number,
  size: number,
): number {
  const { test } = pictures.counts;
  let right = 0;
  for (let from = 0; from < test; from += batch) {
    const indices = Array.from({ length: batch }, (_, i) => Math.min(from + i, test - 1));
    const { input, labels } = batchOf(pictures, 'test', indices, size);
    const logits = runReference(batched, weights, input).get(batched.outputs[0] as string) as Float32Array;
    const columns = logits.length / batch;
    for (let row = 0; row < Math.min(batch, test - from); row++) {
      const own = logits.subarray(row * columns, (row + 1) * columns);
      if (own.indexOf(own.reduce((a, b) => Math.max(a, b))) === labels[row]) right++;
    }
  }
  return right / test;
}
