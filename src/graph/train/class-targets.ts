// What a classifier is taught: probabilities over the classes from a label, a teacher, or the few largest shares of a teacher.
import type { Loss, Targets } from './loss.ts';

/** Log of the softmax of z / T over `columns` values from `from`. */
export function logSoftmax(z: ArrayLike<number>, from: number, columns: number, temperature = 1): Float64Array {
  const log = Float64Array.from({ length: columns }, (_, c) => (z[from + c] as number) / temperature);
  const largest = log.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = largest + Math.log(log.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  return log.map((value) => value - total);
}

const softmax = (z: ArrayLike<number>, from: number, columns: number, temperature = 1): Float64Array =>
  logSoftmax(z, from, columns, temperature).map(Math.exp);

/** What outputs say of each class. */
export const classProbabilities = (outputs: ArrayLike<number>): Float64Array => softmax(outputs, 0, outputs.length);

/** Probabilities that row `row` should have. */
export function classTargets(
  loss: Extract<Loss, { name: 'ce' | 'soft_ce' | 'kl' | 'kl_sparse' }>,
  targets: Targets,
  row: number,
  columns: number,
): Float64Array {
  if (loss.name === 'ce') {
    const rest = loss.label_smoothing / columns;
    const wanted = new Float64Array(columns).fill(rest);
    const label = targets.label?.[row] as number;
    if (!(label >= 0 && label < columns)) throw new RangeError(`label ${label} is none of the ${columns} classes`);
    wanted[label] = 1 - loss.label_smoothing + rest;
    return wanted;
  }
  const teacher = targets.teacher as ArrayLike<number>;
  const shares = softmax(teacher, row * columns, columns, loss.name === 'kl' ? loss.temperature : 1);
  return loss.name === 'kl_sparse' ? sparseTargets(shares, loss.k, loss.mode) : shares;
}

/**
 * Only the `k` largest shares are known. `smooth`: what they lack of 1 is spread evenly over the others; `zeros`: the softmax of those k
 * probabilities, 0 elsewhere.
 */
export function sparseTargets(shares: Float64Array, k: number, mode: 'smooth' | 'zeros'): Float64Array {
  const kept = [...shares.keys()].sort((a, b) => (shares[b] as number) - (shares[a] as number)).slice(0, k);
  const known = kept.map((c) => shares[c] as number);
  const rest = shares.length - kept.length;
  const total = known.reduce((a, b) => a + b, 0);
  const wanted = new Float64Array(shares.length);
  if (mode === 'smooth' && rest > 0) wanted.fill((1 - total) / rest);
  const values = mode === 'smooth' ? known : softmax(known, 0, known.length);
  kept.forEach((c, i) => (wanted[c] = values[i] as number));
  return wanted;
}
