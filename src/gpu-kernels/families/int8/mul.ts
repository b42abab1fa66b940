// `int8Mul`: products of two bytes, rescaled once: the squeeze-excite scale, or two maps.
import type { Numbers } from '../../step.ts';
import type { FamilyOf } from '../family.ts';
import { shapeOf } from '../riders.ts';
import { clamp, requantize, type RescaleAttrs } from './requantize.ts';

/**
 * inputs `[a, b]`; b holds one value a channel and picture (`[N, 1, 1, C]`), or as many values as a.
 * q = clamp(outputZero + requantize((a − leftZero)·(b − rightZero)), 0, 255).
 */
export interface MulAttrs extends RescaleAttrs {
  readonly leftZero: number;
  readonly rightZero: number;
}

export const int8Mul: FamilyOf<MulAttrs> = {
  reference({ attrs, inputs }, data) {
    const [a, b] = data.inputs as readonly [Numbers, Numbers];
    const shape = shapeOf(inputs[0]);
    const channels = shape.at(-1) as number;
    const perPicture = a.length / (shape[0] as number);
    return [
      Uint8Array.from(a, (byte, i) => {
        const other = a.length === b.length ? b[i]! : b[Math.floor(i / perPicture) * channels + (i % channels)]!;
        const sum = (byte - attrs.leftZero) * (other - attrs.rightZero);
        return clamp(attrs.outputZero + requantize(sum, attrs.m0, attrs.shift), 0, 255);
      }),
    ];
  },
};
