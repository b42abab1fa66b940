// The latency table of one device: milliseconds by signature, what a net costs besides its dispatches, and how far its predictions were off.
import * as v from 'valibot';
import type { Plan } from '../../plan/plan.ts';
import { signaturesOf } from '../../plan/signature.ts';
import { kernelEstimator } from './unmeasured.ts';

const milliseconds = v.pipe(v.number(), v.finite(), v.minValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const timedSchema = v.object({
  /** Median, or mean where the clock's step is coarse for it, and its 95 % interval. */
  ms: milliseconds,
  interval: v.nullable(v.tuple([milliseconds, milliseconds])),
  runs: count,
  kernel: v.string(),
  macs: count,
  bytes: count,
  workgroups: count,
});

/** What is known of one signature. */
export type TimedDispatch = v.InferOutput<typeof timedSchema>;

export const latencyTableSchema = v.object({
  format: v.literal('bottleneck-latency'),
  version: v.literal(1),
  adapter: v.object({
    vendor: v.string(),
    architecture: v.string(),
    description: v.string(),
    software: v.boolean(),
  }),
  precision: v.picklist(['f32', 'f16']),
  for: v.picklist(['gpu', 'software']),
  /** The clock's step in nanoseconds; null where times are differences of wall clocks. */
  tickNs: v.nullable(milliseconds),
  /** Signature → its time, sorted. */
  entries: v.record(v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)), timedSchema),
  /** A net takes baseMs + Σ entries + dispatchMs · dispatches, input in JS to logits in JS, batch 1; null: nothing was measured whole. */
  calibration: v.nullable(
    v.object({
      baseMs: v.pipe(v.number(), v.finite()),
      dispatchMs: v.pipe(v.number(), v.finite()),
      nets: count,
    }),
  ),
  /** Predicted against measured on nets that the calibration has not seen; null: none were. */
  check: v.nullable(
    v.object({
      nets: count,
      /** Mean and largest of |predicted − measured| / measured. */
      meanError: milliseconds,
      worstError: milliseconds,
      /** Spearman's rank correlation. */
      rank: v.pipe(v.number(), v.minValue(-1), v.maxValue(1)),
    }),
  ),
});

/** Plain data, its JSON stable. */
export type LatencyTable = v.InferOutput<typeof latencyTableSchema>;

export interface Predicted {
  readonly ms: number;
  /** Signatures without an entry, each once: their times are estimates from alike kernels. */
  readonly missing: readonly string[];
}

/** Predicts nets from a table as it stands; signatures that it lacks are estimated from those of the same family (unmeasured.ts). */
export function predictor({ entries, calibration }: LatencyTable): (plan: Plan) => Predicted {
  const estimate = kernelEstimator(Object.values(entries));
  return (plan) => {
    const missing = new Set<string>();
    let ms = calibration?.baseMs ?? 0;
    const signatures = signaturesOf(plan);
    for (const [i, dispatch] of plan.dispatches.entries()) {
      const signature = signatures[i]!;
      const entry = entries[signature];
      if (!entry) missing.add(signature);
      ms += (entry?.ms ?? estimate(dispatch)) + (calibration?.dispatchMs ?? 0);
    }
    return { ms: Math.max(0, ms), missing: [...missing] };
  };
}

/** A net measured whole: what the table sums for it, and what it took. */
export interface WholeNet {
  readonly sumMs: number;
  readonly dispatches: number;
  readonly ms: number;
}

/**
 * What whole nets take beyond the sums of their dispatches: a constant, and an amount a dispatch (least squares) where that predicts
 * nets left out of the fit better than the constant alone: a slope through a few noisy nets is worse than none.
 */
export function calibrate(nets: readonly WholeNet[]): LatencyTable['calibration'] {
  if (nets.length === 0) return null;
  const mistake = (fit: (rest: readonly WholeNet[]) => Fit): number =>
    nets.reduce((sum, net, i) => {
      const { baseMs, dispatchMs } = fit(nets.toSpliced(i, 1));
      return sum + (net.ms - net.sumMs - baseMs - dispatchMs * net.dispatches) ** 2;
    }, 0);
  const fit = nets.length > 3 && mistake(sloped) < mistake(level) ? sloped : level;
  return { ...fit(nets), nets: nets.length };
}

interface Fit {
  readonly baseMs: number;
  readonly dispatchMs: number;
}

const left = ({ ms, sumMs }: WholeNet): number => ms - sumMs;
const meanOf = (nets: readonly WholeNet[], of: (net: WholeNet) => number): number =>
  nets.reduce((sum, net) => sum + of(net), 0) / nets.length;

const level = (nets: readonly WholeNet[]): Fit => ({ baseMs: meanOf(nets, left), dispatchMs: 0 });

function sloped(nets: readonly WholeNet[]): Fit {
  const [x, y] = [meanOf(nets, ({ dispatches }) => dispatches), meanOf(nets, left)];
  const xx = meanOf(nets, ({ dispatches }) => (dispatches - x) ** 2);
  const dispatchMs = xx < 1e-9 ? 0 : meanOf(nets, (net) => (net.dispatches - x) * (left(net) - y)) / xx;
  return { baseMs: y - dispatchMs * x, dispatchMs };
}

/** Nets that {@link calibrate} has not seen, against what they took. */
export function checkTable(
  pairs: readonly { readonly predictedMs: number; readonly ms: number }[],
): LatencyTable['check'] {
  if (pairs.length === 0) return null;
  const errors = pairs.map(({ predictedMs, ms }) => Math.abs(predictedMs - ms) / ms);
  return {
    nets: pairs.length,
    meanError: errors.reduce((a, b) => a + b, 0) / pairs.length,
    worstError: Math.max(...errors),
    rank: spearman(
      pairs.map(({ predictedMs }) => predictedMs),
      pairs.map(({ ms }) => ms),
    ),
  };
}

/** Spearman's rank correlation; equal values share the mean of their ranks; 0 where one side is all equal. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length - 1) / 2;
  const product = (p: readonly number[], q: readonly number[]): number =>
    p.reduce((sum, rank, i) => sum + (rank - middle) * (q[i]! - middle), 0);
  const scale = Math.sqrt(product(x, x) * product(y, y));
  return scale === 0 ? 0 : Math.min(1, Math.max(-1, product(x, y) / scale));
}

function ranks(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2);
}

/** A table that warrants a search by it: the limits of the design (mean error 10 %, ρ 0.9). Otherwise nets are measured whole. */
export const isReliable = ({ check }: LatencyTable): boolean =>
  check !== null && check.meanError <= 0.1 && check.rank >= 0.9;

/** Entries in the order of their signatures, so that equal tables are equal texts. */
export const sortedEntries = (entries: ReadonlyMap<string, TimedDispatch>): LatencyTable['entries'] =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

/** What the table is worth, in one line. */
export function worthOf({ check, calibration, adapter }: LatencyTable): string {
  const path = adapter.software ? ' (a CPU adapter: these times say nothing about GPUs)' : '';
  if (!check)
    return `table of ${adapter.description}${path}: ${calibration ? 'not checked on other nets' : 'sums of dispatches, not calibrated on whole nets'}`;
  const per = (share: number): string => `${(100 * share).toFixed(0)} %`;
  return `table of ${adapter.description}${path}: ${per(check.meanError)} off on average, ${per(check.worstError)} at worst, ρ ${check.rank.toFixed(2)}, ${check.nets} other nets`;
}
