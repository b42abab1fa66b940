// Integer residual addition and channel concatenation: both operands are brought to the output's scale with one common rounding.
import { elements, type Shape } from '../../op.ts';
import type { AddAttrs, Int8ConcatAttrs } from './contract.ts';
import { clamp } from './requantize.ts';

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

/** `int8Add`. */
export const addReference = (a: Uint8Array, b: Uint8Array, attrs: AddAttrs): Uint8Array =>
  Uint8Array.from(a, (byte, i) => add(byte, b[i]!, attrs));

/** One operand of a concatenation at the output's scale. */
export const rescale = (byte: number, zero: number, factor: number, shift: number, outputZero: number): number =>
  clamp(outputZero + (((byte - zero) * factor + 2 ** (shift - 1)) >> shift), 0, 255);

/** `int8Concat` along the channel. */
export function concatReference(
  inputs: readonly Uint8Array[],
  shapes: readonly Shape[],
  attrs: Int8ConcatAttrs,
): Uint8Array {
  const widths = shapes.map((shape) => shape.at(-1) as number);
  const total = widths.reduce((sum, width) => sum + width, 0);
  const rows = elements((shapes[0] as Shape).slice(0, -1));
  const result = new Uint8Array(rows * total);
  let first = 0;
  inputs.forEach((input, i) => {
    const width = widths[i]!;
    for (let row = 0; row < rows; row++)
      for (let c = 0; c < width; c++)
        result[row * total + first + c] = rescale(
          input[row * width + c]!,
          attrs.zeros[i]!,
          attrs.factors[i]!,
          attrs.shifts[i]!,
          attrs.outputZero,
        );
    first += width;
  });
  return result;
}
