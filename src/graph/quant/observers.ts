// What calibration watches of a tensor, and the range that each method draws from it.
import { entropyThreshold } from './entropy.ts';
import type { Interval } from './scheme.ts';

/** The first is the default: on EfficientNet-Lite0 its logits have the least noise (docs/int8.md). */
export const calibrationMethods = [
  'percentile-99.999',
  'max',
  'percentile-99.9',
  'percentile-99.99',
  'percentile-99.9999',
  'entropy',
  'average',
] as const;
export type CalibrationMethod = (typeof calibrationMethods)[number];

/** Histogram bins on each side of zero. */
export const histogramBins = 2048;

/** Weight of the past in the moving average of a picture's extremes. */
const decay = 0.9;

/**
 * Watches one tensor twice: first its extremes, picture by picture, then, when those are known, a histogram of ±amax with 2,048 bins a
 * side and zero on a border.
 */
export class Observer {
  low = Infinity;
  high = -Infinity;
  private averageLow = NaN;
  private averageHigh = NaN;
  readonly counts = new Float64Array(2 * histogramBins);
  private total = 0;
  private readonly sums: Float64Array;
  private seen = 0;

  /** `channels`: the innermost axis of the values, for their means. */
  constructor(channels = 1) {
    this.sums = new Float64Array(channels);
  }

  watchRange(values: Float32Array): void {
    let [low, high] = [Infinity, -Infinity];
    const { sums } = this;
    for (let i = 0, c = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value < low) low = value;
      if (value > high) high = value;
      sums[c] = sums[c]! + value;
      if (++c === sums.length) c = 0;
    }
    this.seen += values.length / sums.length;
    this.low = Math.min(this.low, low);
    this.high = Math.max(this.high, high);
    this.averageLow = Number.isNaN(this.averageLow) ? low : decay * this.averageLow + (1 - decay) * low;
    this.averageHigh = Number.isNaN(this.averageHigh) ? high : decay * this.averageHigh + (1 - decay) * high;
  }

  /** Largest magnitude seen. */
  get amax(): number {
    return Math.max(Math.abs(this.low), Math.abs(this.high));
  }

  watchHistogram(values: Float32Array): void {
    const perBin = this.amax > 0 ? histogramBins / this.amax : 0;
    const last = 2 * histogramBins - 1;
    for (let i = 0; i < values.length; i++) {
      const bin = Math.floor(values[i]! * perBin) + histogramBins;
      const at = bin < 0 ? 0 : bin > last ? last : bin;
      this.counts[at] = this.counts[at]! + 1;
    }
    this.total += values.length;
  }

  /** Where `fraction` of all values lie below, between bin borders by proportion, and never outside of what was seen. */
  private quantile(fraction: number): number {
    const target = fraction * this.total;
    let below = 0;
    for (let bin = 0; bin < this.counts.length; bin++) {
      const count = this.counts[bin]!;
      if (count > 0 && below + count >= target) {
        const inside = Math.max(0, target - below) / count;
        return Math.min(this.high, Math.max(this.low, ((bin + inside - histogramBins) * this.amax) / histogramBins));
      }
      below += count;
    }
    return this.high;
  }

  /** Mean of each channel; NaN before anything was seen. */
  get means(): Float64Array {
    return this.sums.map((sum) => sum / this.seen);
  }

  /** The range of a method, widened to hold 0. All but `max` and `average` need the histogram. */
  range(method: CalibrationMethod): Interval {
    const { low, high } = this.bounds(method);
    return { low: Math.min(0, low), high: Math.max(0, high), means: this.means };
  }

  private bounds(method: CalibrationMethod): Interval {
    if (method === 'max') return { low: this.low, high: this.high };
    if (method === 'average') return { low: this.averageLow, high: this.averageHigh };
    if (method === 'entropy') {
      const most = (this.amax * entropyThreshold(this.magnitudes())) / histogramBins;
      return { low: Math.max(this.low, -most), high: Math.min(this.high, most) };
    }
    const fraction = Number(method.slice('percentile-'.length)) / 100;
    // The same share is cut off on both sides; a side that is all zeros loses nothing.
    return { low: this.quantile(1 - fraction), high: this.quantile(fraction) };
  }

  /** Counts by magnitude, 2,048 bins from 0 to amax. */
  magnitudes(): Float64Array {
    return Float64Array.from(
      { length: histogramBins },
      (_, bin) => this.counts[histogramBins + bin]! + this.counts[histogramBins - 1 - bin]!,
    );
  }
}
