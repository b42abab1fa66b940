// `int8Pool`: maxima of bytes as they are, or averages of whole windows, rescaled once.
import { elements } from '../../op.ts';
import type { FamilyOf } from '../family.ts';
import type { PoolAttrs } from '../pool.ts';
import { shapeOf } from '../riders.ts';
import { clamp, requantize, type RescaleAttrs } from './requantize.ts';

/** Maximum (bytes unchanged; padding never wins), or average over whole windows (padding reads `inputZero` and counts). */
export interface Int8PoolAttrs extends RescaleAttrs, PoolAttrs {
  readonly inputZero: number;
}

export const int8Pool: FamilyOf<Int8PoolAttrs> = {
  reference({ attrs, inputs, outputs }, data) {
    const { kernel, stride, dilation, pads } = attrs;
    const [, height, width, channels] = shapeOf(inputs[0]) as [number, number, number, number];
    const output = shapeOf(outputs[0]);
    const [, outHeight, outWidth] = output as [number, number, number, number];
    const x = data.inputs[0]!;
    const result = new Uint8Array(elements(output));
    for (let i = 0; i < result.length; i++) {
      const pixel = Math.floor(i / channels);
      const [ox, oy] = [pixel % outWidth, Math.floor(pixel / outWidth) % outHeight];
      const n = Math.floor(pixel / (outWidth * outHeight));
      let [sum, most] = [0, 0];
      for (let ky = 0; ky < kernel[0]; ky++)
        for (let kx = 0; kx < kernel[1]; kx++) {
          const y = oy * stride[0] + ky * dilation[0] - pads[0];
          const column = ox * stride[1] + kx * dilation[1] - pads[1];
          if (y < 0 || y >= height || column < 0 || column >= width) continue;
          const byte = x[((n * height + y) * width + column) * channels + (i % channels)]!;
          sum += byte - attrs.inputZero;
          most = Math.max(most, byte);
        }
      result[i] =
        attrs.mode === 'max' ? most : clamp(attrs.outputZero + requantize(sum, attrs.m0, attrs.shift), 0, 255);
    }
    return [result];
  },
};
