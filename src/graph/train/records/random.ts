// Numbers of a training record from names alone: inputs, targets, start values, and the probes that its checksums are taken with.
import { fnv1a, mulberry32 } from '../../random.ts';

/** The first `count` draws u of the generator under a name. */
export function draws(salt: string, name: string, count: number): Float64Array {
  const next = mulberry32(fnv1a(`${salt}/${name}`));
  return Float64Array.from({ length: count }, next);
}

/** scale·(2u − 1), rounded to float32. */
export const symmetric = (salt: string, name: string, count: number, scale = 1): Float32Array =>
  Float32Array.from(draws(salt, name, count), (u) => Math.fround(scale * (2 * u - 1)));

/** `[l2, dot]` of a tensor: dot with 2u − 1 of the probe `name`. Values in the record's order. */
export function checksum(salt: string, name: string, values: ArrayLike<number>): { l2: number; dot: number } {
  const next = mulberry32(fnv1a(`${salt}/${name}`));
  let [squares, dot] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    squares += value * value;
    dot += value * (2 * next() - 1);
  }
  return { l2: Math.sqrt(squares), dot };
}
