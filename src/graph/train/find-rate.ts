// The learning-rate range test (arXiv 1506.01186): the rate grows from step to step, and the loss tells where it is worth having.
import type { InferredGraph } from '../ir/graph.ts';
import type { TrainBackend } from './backend.ts';
import type { LabelledPictures } from './data/pictures.ts';
import type { TrainRecipe } from './recipe.ts';
import { TrainingRun } from './training-run.ts';

export interface RatePoint {
  readonly rate: number;
  readonly loss: number;
  /** Exponential mean of the losses so far, without the pull of its start. */
  readonly smooth: number;
}

export interface FoundRate {
  readonly points: readonly RatePoint[];
  /** A third of the rate at which the smoothed loss is least; undefined: it never fell. */
  readonly suggested: number | undefined;
}

const [FROM, TO, STEPS, DECAY] = [1e-4, 10, 60, 0.8] as const;

/** Ends where the loss has grown to four times the least. `onPoint` after each step. */
export async function findRate(
  graph: InferredGraph,
  start: ReadonlyMap<string, Float32Array>,
  recipe: TrainRecipe,
  pictures: LabelledPictures,
  backend: TrainBackend,
  onPoint: (point: RatePoint, share: number) => void = () => undefined,
): Promise<FoundRate> {
  const { check: _, patience: __, ema: ___, ...own } = recipe;
  const schedule = { kind: 'exponential', factor: (TO / FROM) ** (1 / (STEPS - 1)), every: 1 } as const;
  const run = await TrainingRun.begin(graph, start, { ...own, steps: STEPS, rate: FROM, schedule }, pictures, backend);
  const points: RatePoint[] = [];
  let mean = 0;
  while (!run.ending) {
    const { loss, rate, skipped } = await run.next();
    if (skipped) break;
    mean = DECAY * mean + (1 - DECAY) * loss;
    const point = { rate, loss, smooth: mean / (1 - DECAY ** run.step) };
    points.push(point);
    onPoint(point, run.step / STEPS);
    if (point.smooth > 4 * Math.min(...points.map(({ smooth }) => smooth))) break;
  }
  return { points, suggested: suggestion(points) };
}

function suggestion(points: readonly RatePoint[]): number | undefined {
  const [first] = points;
  if (!first) return undefined;
  const least = points.reduce((a, b) => (b.smooth < a.smooth ? b : a));
  return least.smooth < 0.98 * first.smooth ? Number((least.rate / 3).toPrecision(2)) : undefined;
}
