// Mean and variance of a part of an activation: what layer, group, instance and EvoNorm share.

/**
 * Mean and biased variance, float64, of `rows` runs of `width` neighbouring elements, `rowStride` apart, the first at `from`.
 * Two passes, so that a large mean does not eat the variance.
 */
export function moments(
  x: ArrayLike<number>,
  from: number,
  rows: number,
  rowStride: number,
  width: number,
): { mean: number; variance: number } {
  let sum = 0;
  for (let row = 0, at = from; row < rows; row++, at += rowStride) {
    for (let i = 0; i < width; i++) sum += x[at + i] as number;
  }
  const mean = sum / (rows * width);
  let squares = 0;
  for (let row = 0, at = from; row < rows; row++, at += rowStride) {
    for (let i = 0; i < width; i++) squares += ((x[at + i] as number) - mean) ** 2;
  }
  return { mean, variance: squares / (rows * width) };
}
