// Symmetric positive definite systems of a thousand unknowns, for the fits of slimming: Cholesky factors in float64, row by row.

/** A square matrix, row by row. */
export interface Square {
  readonly size: number;
  readonly values: Float64Array;
}

/** Rows worked on together, so that what they read stays in the cache: matrices are larger than it. */
const tile = 8;

/** L with L·Lᵀ = A, in the lower half; the upper half is 0. Throws RangeError where A is not positive definite. */
export function factorOf({ size, values }: Square): Square {
  const l = new Float64Array(size * size);
  for (let from = 0; from < size; from += tile) {
    const to = Math.min(size, from + tile);
    for (let j = 0; j < to; j++)
      for (let i = Math.max(j, from); i < to; i++) {
        let sum = values[i * size + j]!;
        const [a, b] = [i * size, j * size];
        for (let k = 0; k < j; k++) sum -= l[a + k]! * l[b + k]!;
        if (i !== j) l[a + j] = sum / l[b + j]!;
        else if (sum > 0) l[a + i] = Math.sqrt(sum);
        else throw new RangeError('the matrix is not positive definite');
      }
  }
  return { size, values: l };
}

/** X with A·X = B, by A's factor; the columns of B are rows here. */
export function solved({ size, values: l }: Square, columns: readonly Float64Array[]): void {
  // Each row of L meets all columns while it is in the cache.
  for (let i = 0; i < size; i++)
    for (const x of columns) {
      let sum = x[i]!;
      for (let k = 0, at = i * size; k < i; k++) sum -= l[at + k]! * x[k]!;
      x[i] = sum / l[i * size + i]!;
    }
  for (let i = size - 1; i >= 0; i--)
    for (const x of columns) {
      const value = x[i]! / l[i * size + i]!;
      x[i] = value;
      for (let k = 0, at = i * size; k < i; k++) x[k] = x[k]! - l[at + k]! * value;
    }
}

/** A⁻¹ by A's factor: (L⁻¹)ᵀ·L⁻¹. */
export function inverseOf({ size, values: l }: Square): Square {
  const m = new Float64Array(size * size);
  for (let from = 0; from < size; from += tile) {
    const to = Math.min(size, from + tile);
    for (let k = 0; k < to; k++)
      for (let i = Math.max(k, from); i < to; i++) {
        const [row, at] = [i * size, k * size];
        const pivot = l[row + i]!;
        // All rows before it are through: what is left of row i is divided by its pivot.
        if (i === k) {
          for (let j = 0; j < i; j++) m[row + j] = m[row + j]! / pivot;
          m[row + i] = 1 / pivot;
        } else {
          const factor = l[row + k]!;
          for (let j = 0; j <= k; j++) m[row + j] = m[row + j]! - factor * m[at + j]!;
        }
      }
  }
  const inverse = new Float64Array(size * size);
  for (let from = 0; from < size; from += tile) {
    const to = Math.min(size, from + tile);
    for (let i = 0; i < to; i++)
      for (let k = Math.max(i, from); k < to; k++) {
        const factor = m[k * size + i]!;
        for (let j = 0, own = i * size, at = k * size; j <= i; j++)
          inverse[own + j] = inverse[own + j]! + factor * m[at + j]!;
      }
  }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) inverse[j * size + i] = inverse[i * size + j]!;
  return { size, values: inverse };
}
