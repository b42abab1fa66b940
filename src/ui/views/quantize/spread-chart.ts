// The histogram of a value with the calibrators' ranges over it: bars of the logarithm of the count.
import type { Interval } from '../../../graph/quant/scheme.ts';
import type { ValueSpread } from '../../../graph/quant/spread.ts';

export interface Bar {
  /** 0 … 1 of the axis. */
  readonly from: number;
  readonly to: number;
  /** 0 … 1 of the tallest. */
  readonly height: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export interface SpreadChart {
  readonly bars: readonly Bar[];
  /** Ends of the axis: the values and every range. */
  readonly low: number;
  readonly high: number;
  /** Place of a number on the axis, 0 … 1. */
  place(value: number): number;
}

export function spreadChart({ low, high, counts }: ValueSpread, ranges: readonly Interval[]): SpreadChart {
  const from = Math.min(low, 0, ...ranges.map((range) => range.low));
  const to = Math.max(high, 0, ...ranges.map((range) => range.high));
  const width = to - from || 1;
  const place = (value: number): number => (value - from) / width;
  const bin = (high - low) / counts.length;
  const tallest = Math.log1p(counts.reduce((a, b) => Math.max(a, b), 1));
  const bars = Array.from(counts, (count, i): Bar => {
    const [left, right] = [low + i * bin, low + (i + 1) * bin];
    return { from: place(left), to: place(right), height: Math.log1p(count) / tallest, low: left, high: right, count };
  });
  return { bars, low: from, high: to, place };
}
