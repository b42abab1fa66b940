// A dispatch that nobody measured, from those of its kernel's family that were: log ms on log MACs, log bytes and log workgroups.
import type { PlanDispatch } from '../../plan/plan.ts';

interface Seen {
  readonly kernel: string;
  readonly ms: number;
  readonly macs: number;
  readonly bytes: number;
  readonly workgroups: number;
}

/** Family of a kernel's name: `pointwise/tile4` → `pointwise`. */
const familyOf = (kernel: string): string => kernel.split('/')[0] ?? kernel;

const features = ({ macs, bytes, workgroups }: Omit<Seen, 'kernel' | 'ms'>): number[] => [
  1,
  Math.log(1 + macs),
  Math.log(1 + bytes),
  Math.log(workgroups),
];

/** Keeps slopes of few points from running away; the constant is free. */
const ridge = [0, 0.1, 0.1, 0.1];

/** Fits each family of at least five entries, and all together for the others. Without any entry every estimate is 0. */
export function kernelEstimator(seen: readonly Seen[]): (dispatch: PlanDispatch) => number {
  const timed = seen.filter(({ ms }) => ms > 0);
  const all = fit(timed);
  const families = new Set(timed.map(({ kernel }) => familyOf(kernel)));
  const own = new Map(
    [...families].map((family) => {
      const alike = timed.filter(({ kernel }) => familyOf(kernel) === family);
      return [family, alike.length < 5 ? undefined : fit(alike)];
    }),
  );
  return ({ kernel, macs, bytes, workgroups: [x, y, z] }) => {
    const weights = own.get(familyOf(kernel)) ?? all;
    return weights ? Math.exp(dot(weights, features({ macs, bytes, workgroups: x * y * z }))) : 0;
  };
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** Ridge regression on centred features by the normal equations. */
function fit(seen: readonly Seen[]): readonly number[] | undefined {
  if (seen.length === 0) return undefined;
  const rows = seen.map(features);
  const means = rows[0]!.map((_, i) => (i === 0 ? 0 : rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length));
  const centred = rows.map((row) => row.map((value, i) => value - means[i]!));
  const targets = seen.map(({ ms }) => Math.log(ms));
  const matrix = means.map((_, i) =>
    means.map((__, j) => centred.reduce((sum, row) => sum + row[i]! * row[j]!, i === j ? ridge[i]! : 0)),
  );
  const weights = solve(
    matrix,
    means.map((_, i) => centred.reduce((sum, row, k) => sum + row[i]! * targets[k]!, 0)),
  );
  return weights.map((weight, i) => (i === 0 ? weight - dot(weights.slice(1), means.slice(1)) : weight));
}

/** Solves a symmetric positive definite system by Gauss's elimination. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const work = matrix.map((row, i) => [...row, right[i]!]);
  for (const [i, row] of work.entries())
    for (const below of work.slice(i + 1)) {
      const factor = below[i]! / row[i]!;
      for (let k = i; k < below.length; k++) below[k] = below[k]! - factor * row[k]!;
    }
  const x: number[] = [];
  for (let i = work.length - 1; i >= 0; i--) {
    const row = work[i]!;
    const known = row.slice(i + 1, -1).reduce((sum, value, k) => sum + value * x[i + 1 + k]!, 0);
    x[i] = (row.at(-1)! - known) / row[i]!;
  }
  return x;
}
