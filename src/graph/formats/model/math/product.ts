// Batched matrix product with broadcasting, and sums over any axes.
import { stretchedStrides, walk } from './broadcast.ts';
import { around } from './move.ts';
import type { Data, Tensor } from '../tensor.ts';

/** Matrices stand in the last two axes; `transposed` reads one as its transpose. */
export interface Factor {
  readonly data: Data;
  readonly shape: readonly number[];
  readonly transposed?: boolean;
  /** Zero points: one, or one a row of the left (column of the right) factor. */
  readonly zero?: readonly number[];
}

/** out[…, i, j] = Σ_k a[…, i, k] · b[…, k, j]; batch axes broadcast to those of `out`. Sums in float64. */
export function multiply(out: { data: Data; shape: readonly number[] }, a: Factor, b: Factor): void {
  const [rows, columns] = out.shape.slice(-2) as [number, number];
  const [ar, ac] = a.shape.slice(-2) as [number, number];
  const [br, bc] = b.shape.slice(-2) as [number, number];
  const inner = a.transposed ? ar : ac;
  const [ai, ak] = a.transposed ? [1, ac] : [ac, 1];
  const [bk, bj] = b.transposed ? [1, bc] : [bc, 1];
  const batch = out.shape.slice(0, -2);
  const scaled = (shape: readonly number[], size: number): number[] =>
    stretchedStrides(shape.slice(0, -2), batch).map((stride) => stride * size);
  const az = a.zero ?? [0];
  const bz = b.zero ?? [0];
  walk(batch, [scaled(a.shape, ar * ac), scaled(b.shape, br * bc)], (n, [p, q]) => {
    for (let i = 0; i < rows; i++) {
      const za = az[az.length > 1 ? i : 0]!;
      for (let j = 0; j < columns; j++) {
        const zb = bz[bz.length > 1 ? j : 0]!;
        let from = p! + i * ai;
        let to = q! + j * bj;
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          sum += (a.data[from]! - za) * (b.data[to]! - zb);
          from += ak;
          to += bk;
        }
        out.data[(n * rows + i) * columns + j] = sum;
      }
    }
  });
}

/** How values along the reduced axes become one: a start, a step in float64 and an end that knows how many there were. */
export interface Reduction {
  readonly start: number;
  step(sum: number, value: number): number;
  end?(sum: number, count: number): number;
}

export const reductions: Readonly<Record<string, Reduction>> = {
  Sum: { start: 0, step: (s, v) => s + v },
  Mean: { start: 0, step: (s, v) => s + v, end: (s, n) => s / n },
  Max: { start: -Infinity, step: (s, v) => Math.max(s, v) },
  Min: { start: Infinity, step: (s, v) => Math.min(s, v) },
  Prod: { start: 1, step: (s, v) => s * v },
  L1: { start: 0, step: (s, v) => s + Math.abs(v) },
  L2: { start: 0, step: (s, v) => s + v * v, end: Math.sqrt },
  SumSquare: { start: 0, step: (s, v) => s + v * v },
  LogSum: { start: 0, step: (s, v) => s + v, end: Math.log },
  LogSumExp: { start: 0, step: (s, v) => s + Math.exp(v), end: Math.log },
};

/** Reduces `x` over `axes`; `out` holds one value for each position of the other axes, in order. */
export function reduce(out: Tensor, x: Tensor, axes: readonly number[], { start, step, end }: Reduction): void {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const sums = new Float64Array(out.data.length).fill(start);
  walk(x.shape, [stretchedStrides(kept, x.shape)], (from, [to]) => {
    sums[to!] = step(sums[to!]!, x.data[from]!);
  });
  const count = x.data.length / Math.max(1, sums.length);
  for (let i = 0; i < sums.length; i++) out.data[i] = end ? end(sums[i]!, count) : sums[i]!;
}

/** Sums along an axis of all elements up to each, or (`exclusive`) before it; from the end where `reversed`. */
export function runningSum(out: Tensor, x: Tensor, axis: number, exclusive: boolean, reversed: boolean): void {
  const [outer, size, inner] = around(x.shape, axis);
  for (let o = 0; o < outer; o++)
    for (let k = 0; k < inner; k++) {
      let sum = 0;
      for (let i = 0; i < size; i++) {
        const at = (o * size + (reversed ? size - 1 - i : i)) * inner + k;
        if (exclusive) out.data[at] = sum;
        sum += x.data[at]!;
        if (!exclusive) out.data[at] = sum;
      }
    }
}
