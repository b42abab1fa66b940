// A time from a clock that rounds: its value, and how far it may be off. Browsers floor timestamps to steps (100 µs in Chrome, 65,536 ns on
// some drivers) that are longer than most layers, whose median is then zero or one whole step.

/** How often a time was taken, milliseconds. */
export interface Estimate {
  /** The mean where the clock's step is coarse for this time, otherwise the median. */
  readonly ms: number;
  readonly p90Ms: number;
  readonly runs: number;
  /** Standard error of the mean; absent after a single run. */
  readonly errorMs?: number;
  /** The 95 % interval of `ms`; absent after a single run. */
  readonly interval?: readonly [lowMs: number, highMs: number];
}

/** A step longer than this share of a time makes its median a matter of the step. */
const coarse = 0.05;

/** Whether the mean must be taken. Differences of floored readings at random phases average to the true difference; their median does not. */
export const isCoarse = (ms: number, tickMs: number): boolean => tickMs > coarse * ms;

/** 0.975 quantile of Student's t: the normal one and the first two terms of its Cornish–Fisher expansion (Abramowitz & Stegun 26.7.5). */
function quantile(freedom: number): number {
  const z = 1.959964;
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}

/** At least one time, all taken alike; `tickMs` is the clock's step. */
export function estimate(times: readonly number[], tickMs = 0): Estimate {
  const sorted = [...times].sort((a, b) => a - b);
  const runs = sorted.length;
  const mean = sorted.reduce((sum, time) => sum + time, 0) / runs;
  const at = (rank: number): number => sorted[Math.min(runs - 1, Math.max(0, rank))] as number;
  const middle = (at(Math.floor((runs - 1) / 2)) + at(Math.floor(runs / 2))) / 2;
  const byMean = isCoarse(mean, tickMs);
  const value = { ms: byMean ? mean : middle, p90Ms: at(Math.floor(0.9 * runs)), runs };
  if (runs < 2) return value;
  const variance = sorted.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (runs - 1);
  const errorMs = Math.sqrt(variance / runs);
  const half = quantile(runs - 1) * errorMs;
  // Of a median: the two ranks between which it lies, by the binomial distribution (Conover, Practical Nonparametric Statistics, §3.2).
  const reach = 0.98 * Math.sqrt(runs);
  const interval: readonly [number, number] = byMean
    ? [Math.max(0, mean - half), mean + half]
    : [at(Math.floor(runs / 2 - reach)), at(Math.ceil(runs / 2 + reach) - 1)];
  return { ...value, errorMs, interval };
}

/** Half the intervals' widths as a share of the times, all layers together: what more rounds would make smaller. */
export function looseness(estimates: readonly Estimate[]): number {
  const total = estimates.reduce((sum, { ms }) => sum + ms, 0);
  const half = estimates.reduce((sum, { interval: [low, high] = [0, Infinity] }) => sum + (high - low) / 2, 0);
  return total > 0 ? half / total : Infinity;
}

export interface PairedDifference {
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
}

/** Whether the difference may be none at all. */
export const includesZero = ({ interval: [low, high] }: PairedDifference): boolean => low <= 0 && high >= 0;

/**
 * Of pairs, which may be negative: their median with the ranks that hold it in 95 %, or where the clock's step is coarse for them the mean. At
 * least two.
 */
export function difference(values: readonly number[], step = 0): PairedDifference {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const at = (rank: number): number => sorted[Math.min(n - 1, Math.max(0, rank))] as number;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  if (step > coarse * deviation) {
    // A step's own rounding is spread evenly over twice its length: two identical readings are no proof that nothing differs.
    const half = quantile(n - 1) * (Math.max(deviation, step / Math.sqrt(6)) / Math.sqrt(n));
    return { value: mean, interval: [mean - half, mean + half] };
  }
  const reach = 0.98 * Math.sqrt(n);
  return {
    value: (at(Math.floor((n - 1) / 2)) + at(Math.floor(n / 2))) / 2,
    interval: [at(Math.floor(n / 2 - reach)), at(Math.ceil(n / 2 + reach) - 1)],
  };
}
