// The histogram of a calibrated value at a resolution that a screen can show, and what a range cuts off of it.
import { histogramBins, type Observer } from './observers.ts';
import type { Interval } from './scheme.ts';

/** Equal bins from `low` to `high`. A bin of the observer that lies across a border counts for both by proportion. */
export interface ValueSpread {
  readonly low: number;
  readonly high: number;
  readonly counts: Float64Array;
}

type Seen = Pick<Observer, 'low' | 'high' | 'amax' | 'counts'>;

/** The part of the observer's bins that were filled, `[from, to)`, and what a bin's border stands for. */
function filled({ low, high, amax }: Seen): { from: number; to: number; real: (bin: number) => number } {
  const place = (value: number): number => (value / amax + 1) * histogramBins;
  const from = Math.max(0, Math.min(2 * histogramBins - 1, Math.floor(place(low))));
  const to = Math.max(from + 1, Math.min(2 * histogramBins, Math.ceil(place(high))));
  return { from, to, real: (bin) => (bin / histogramBins - 1) * amax };
}

/** At most `most` bins over what was seen. */
export function spreadOf(seen: Seen, most = 128): ValueSpread {
  const { amax, counts } = seen;
  if (amax === 0) return { low: 0, high: 0, counts: Float64Array.of(counts.reduce((a, b) => a + b, 0)) };
  const { from, to, real } = filled(seen);
  const bins = new Float64Array(Math.min(most, to - from));
  const scale = bins.length / (to - from);
  for (let bin = from; bin < to; bin++) {
    const [start, end] = [(bin - from) * scale, (bin + 1 - from) * scale];
    const at = Math.floor(start);
    const next = Math.min(bins.length - 1, Math.floor(end));
    // A bin is at most as wide as a target, so it meets two of them at most.
    const own = next > at ? (at + 1 - start) / scale : 1;
    bins[at] = bins[at]! + own * counts[bin]!;
    if (next > at) bins[next] = bins[next]! + (1 - own) * counts[bin]!;
  }
  return { low: real(from), high: real(to), counts: bins };
}

/** Share of all values outside of a range, 0 … 1; the bin that a border cuts counts by proportion. */
export function clippedShare(seen: Seen, range: Interval): number {
  const { amax, counts } = seen;
  if (amax === 0) return 0;
  const { from, to, real } = filled(seen);
  const width = amax / histogramBins;
  let [outside, total] = [0, 0];
  for (let bin = from; bin < to; bin++) {
    const [left, right] = [real(bin), real(bin + 1)];
    // What was seen ends inside of the outermost bins: nothing lies beyond.
    const [low, high] = [range.low <= seen.low ? left : range.low, range.high >= seen.high ? right : range.high];
    const inside = Math.max(0, Math.min(right, high) - Math.max(left, low)) / width;
    outside += counts[bin]! * (1 - Math.min(1, inside));
    total += counts[bin]!;
  }
  return total === 0 ? 0 : outside / total;
}
