// `int8Mean`: sums of bytes above their zero over all pixels, rescaled once.
import type { FamilyOf } from '../family.ts';
import { channelSums, shapeOf } from '../riders.ts';
import { clamp, requantize, type RescaleAttrs } from './requantize.ts';

/**
 * `[N, …, C]` → `[N, C]` over everything between: q = clamp(outputZero + requantize(Σ(x − inputZero)), 0, 255); 1/pixels is in the
 * factor. Up to 2²³ pixels keep the sum inside int32.
 */
export interface Int8MeanAttrs extends RescaleAttrs {
  readonly inputZero: number;
}

export const int8Mean: FamilyOf<Int8MeanAttrs> = {
  reference({ attrs, inputs }, data) {
    const above = Float64Array.from(data.inputs[0]!, (byte) => byte - attrs.inputZero);
    return [
      Uint8Array.from(channelSums(above, shapeOf(inputs[0])), (sum) =>
        clamp(attrs.outputZero + requantize(sum, attrs.m0, attrs.shift), 0, 255),
      ),
    ];
  },
};
