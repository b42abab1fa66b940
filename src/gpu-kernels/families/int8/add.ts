// `int8Add`: integer residual addition; both operands are brought to the output's scale with one common rounding.
import type { FamilyOf } from '../family.ts';
import { clamp } from './requantize.ts';

/**
 * inputs `[a, b]` of the same shape.
 * q = clamp(outputZero + ⌊((a − leftZero)·left + (b − rightZero)·right + 2^(shift − 1)) / 2^shift⌋, low, high).
 * |left|, |right| < 2²¹ and 1 ≤ shift ≤ 30, so that the sum fits int32: one exact rounding. A negative `right` subtracts.
 */
export interface AddAttrs {
  readonly leftZero: number;
  readonly rightZero: number;
  readonly left: number;
  readonly right: number;
  readonly shift: number;
  readonly outputZero: number;
  readonly low: number;
  readonly high: number;
}

/** Factors are integers below this; two of them times a byte and the rounding constant stay below 2³¹. */
const factorLimit = 2 ** 21;

/**
 * Integer factors of real ones (sign allowed) over a common power of two: factor ≈ integer / 2^shift, the largest as precise as
 * 21 bits allow. Throws RangeError where a factor reaches 2²⁰.
 */
export function commonFactors(factors: readonly number[]): {
  readonly integers: readonly number[];
  readonly shift: number;
} {
  const largest = Math.max(...factors.map(Math.abs));
  if (!(largest < 2 ** 20)) throw new RangeError(`a rescaling factor must be below 2^20, not ${largest}`);
  let shift = 30;
  while (shift > 1 && Math.round(largest * 2 ** shift) >= factorLimit) shift--;
  return { integers: factors.map((factor) => Math.round(factor * 2 ** shift)), shift };
}

/** One byte of the sum; every intermediate fits int32. */
export function add(a: number, b: number, attrs: AddAttrs): number {
  const sum = (a - attrs.leftZero) * attrs.left + (b - attrs.rightZero) * attrs.right + 2 ** (attrs.shift - 1);
  return clamp(attrs.outputZero + (sum >> attrs.shift), attrs.low, attrs.high);
}

export const int8Add: FamilyOf<AddAttrs> = {
  reference: ({ attrs }, { inputs }) => [Uint8Array.from(inputs[0]!, (byte, i) => add(byte, inputs[1]![i]!, attrs))],
};
