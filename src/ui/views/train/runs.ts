// Runs of training that are kept in this browser, so that a later one can be laid over them.
import * as v from 'valibot';
import type { CurvePoint, Validation } from '../../../graph/train/training-run.ts';
import { readStored, writeStored } from '../../parts/stored.ts';

const key = 'training-runs';
/** Older ones make room. */
const mostRuns = 8;
/** Points of a kept curve; longer ones are thinned. */
const mostPoints = 300;

const number = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? NaN),
);
const run = v.object({
  id: v.number(),
  net: v.string(),
  hash: v.string(),
  recipe: v.string(),
  /** Share right on held-out pictures, where the run was not stopped. */
  accuracy: v.optional(v.number()),
  points: v.array(
    v.object({
      step: v.number(),
      loss: number,
      rate: number,
      gradientNorm: number,
      accuracy: number,
      skipped: v.boolean(),
    }),
  ),
  looks: v.array(v.object({ step: v.number(), loss: number, accuracy: number })),
});
export interface KeptCurve {
  /** Milliseconds since 1970. */
  readonly id: number;
  readonly net: string;
  readonly hash: string;
  readonly recipe: string;
  readonly accuracy?: number | undefined;
  readonly points: readonly CurvePoint[];
  readonly looks: readonly Validation[];
}

export const readRuns = (): readonly KeptCurve[] => readStored(key, v.array(run)) ?? [];

/** The newest first; those that are kept. */
export function storeRuns(runs: readonly KeptCurve[]): readonly KeptCurve[] {
  const kept = runs.slice(0, mostRuns);
  writeStored(
    key,
    kept.map((run) => ({ ...run, points: thinned(run.points) })),
  );
  return kept;
}

function thinned(points: readonly CurvePoint[]): readonly CurvePoint[] {
  const every = Math.ceil(points.length / mostPoints);
  return every <= 1 ? points : points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

/** Steps, losses and the rest as a table that other programs read. */
export function runsCsv(runs: readonly KeptCurve[]): string {
  const rows = runs.flatMap(({ net, points }, number) =>
    points.map(({ step, loss, rate, gradientNorm, accuracy, skipped }) =>
      [number + 1, `"${net.replaceAll('"', '""')}"`, step, loss, accuracy, rate, gradientNorm, skipped ? 1 : 0].join(
        ',',
      ),
    ),
  );
  return `run,net,step,loss,accuracy,rate,gradient_norm,skipped\n${rows.join('\n')}\n`;
}
