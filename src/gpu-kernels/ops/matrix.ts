// The float64 dot products behind the references of convolutions and linear layers.

/** Rows that are multiplied together, so that each weight is loaded once for all of them. */
export const ROWS = 4;

/**
 * One block of a matrix product: `result[to[r] + o] = bias[o] + Σ_k rows[r·depth + k] · weights[(first + o)·depth + k]`
 * for `outs` outputs o and ROWS rows r of which the first `valid` are stored. Sums are float64.
 */
export function productBlock(
  rows: Float64Array,
  depth: number,
  weights: Float64Array,
  first: number,
  outs: number,
  bias: Float32Array | undefined,
  result: Float32Array,
  to: number,
  stride: number,
  valid: number,
): void {
  for (let o = 0; o < outs; o++) {
    let s0 = bias ? (bias[first + o] as number) : 0;
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let at = (first + o) * depth;
    for (let k = 0; k < depth; k++, at++) {
      const w = weights[at] as number;
      s0 += (rows[k] as number) * w;
      s1 += (rows[depth + k] as number) * w;
      s2 += (rows[2 * depth + k] as number) * w;
      s3 += (rows[3 * depth + k] as number) * w;
    }
    result[to + o] = s0;
    if (valid > 1) result[to + stride + o] = s1;
    if (valid > 2) result[to + 2 * stride + o] = s2;
    if (valid > 3) result[to + 3 * stride + o] = s3;
  }
}

/** `result[r, o] = bias[o] + Σ_k x[r, k] · weight[o, k]` with `weight` `[outs, depth]`; as many rows as `x` holds. */
export function matrixProduct(
  x: Float32Array,
  depth: number,
  weight: Float32Array,
  bias: Float32Array | undefined,
  outs: number,
  result: Float32Array,
): void {
  const count = x.length / depth;
  const weights = new Float64Array(weight);
  const rows = new Float64Array(ROWS * depth);
  for (let row = 0; row < count; row += ROWS) {
    const valid = Math.min(ROWS, count - row);
    rows.set(x.subarray(row * depth, (row + valid) * depth));
    productBlock(rows, depth, weights, 0, outs, bias, result, row * outs, outs, valid);
  }
}
