// `int8Concat`: channels of several values behind each other, each brought to the scale of the result.
import { elements } from '../../op.ts';
import type { FamilyOf } from '../family.ts';
import { shapeOf } from '../riders.ts';
import { clamp } from './requantize.ts';

/** Each input `i` is rescaled: q = clamp(outputZero + ⌊((x − zeros[i])·factors[i] + 2^(shifts[i] − 1)) / 2^shifts[i]⌋, 0, 255). */
export interface Int8ConcatAttrs {
  readonly zeros: readonly number[];
  readonly factors: readonly number[];
  readonly shifts: readonly number[];
  readonly outputZero: number;
}

const rescale = (byte: number, zero: number, factor: number, shift: number, outputZero: number): number =>
  clamp(outputZero + (((byte - zero) * factor + 2 ** (shift - 1)) >> shift), 0, 255);

export const int8Concat: FamilyOf<Int8ConcatAttrs> = {
  reference({ attrs, inputs, outputs }, data) {
    const total = shapeOf(outputs[0]).at(-1) as number;
    const result = new Uint8Array(elements(shapeOf(outputs[0])));
    let first = 0;
    inputs.forEach(({ shape }, i) => {
      const width = shape.at(-1) as number;
      data.inputs[i]!.forEach((byte, at) => {
        result[Math.floor(at / width) * total + first + (at % width)] = rescale(
          byte,
          attrs.zeros[i]!,
          attrs.factors[i]!,
          attrs.shifts[i]!,
          attrs.outputZero,
        );
      });
      first += width;
    });
    return [result];
  },
};
