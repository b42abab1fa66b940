// How a layer's or a parameter's values are spread: bins over their range, and the numbers that matter beside them.

export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  readonly count: number;
  /** Values that are exactly zero. */
  readonly zeros: number;
  /** NaN and infinities; they are in no bin. */
  readonly nonFinite: number;
  /** Values a bin; bin i covers [min + i·w, min + (i + 1)·w), the last one its end too. */
  readonly bins: readonly number[];
}

export function histogram(values: ArrayLike<number>, bins = 64): Histogram {
  let [min, max, sum, squares, zeros, nonFinite] = [Infinity, -Infinity, 0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      nonFinite++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    if (value === 0) zeros++;
    sum += value;
  }
  const finite = values.length - nonFinite;
  if (finite === 0)
    return {
      min: 0,
      max: 0,
      mean: 0,
      std: 0,
      count: values.length,
      zeros,
      nonFinite,
      bins: Array.from({ length: bins }, () => 0),
    };
  const mean = sum / finite;
  const counts = new Array<number>(bins).fill(0);
  const width = (max - min) / bins;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    squares += (value - mean) ** 2;
    const bin = width > 0 ? Math.min(bins - 1, Math.floor((value - min) / width)) : 0;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { min, max, mean, std: Math.sqrt(squares / finite), count: values.length, zeros, nonFinite, bins: counts };
}

/** Four significant digits, exponent where it is shorter. */
export function valueText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const magnitude = Math.abs(value);
  const text =
    magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e5)
      ? value.toExponential(2)
      : String(Number(value.toPrecision(4)));
  return text.replace('-', '−').replace('e−', 'e−').replace('e+', 'e');
}
