// Integer means and pooling windows: sums of bytes above their zero, rescaled once; maxima of bytes as they are.
import { elements, type Shape } from '../../op.ts';
import type { Int8MeanAttrs, Int8PoolAttrs } from './contract.ts';
import { clamp, requantize } from './requantize.ts';

/** `int8Mean`: `[N, …, C]` → `[N, C]` over everything between. Up to 2²³ pixels keep the sum inside int32. */
export function meanReference(input: Uint8Array, shape: Shape, attrs: Int8MeanAttrs): Uint8Array {
  const batch = shape[0] as number;
  const channels = shape.at(-1) as number;
  const pixels = elements(shape) / batch / channels;
  const result = new Uint8Array(batch * channels);
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let pixel = 0; pixel < pixels; pixel++) sum += input[(n * pixels + pixel) * channels + c]! - attrs.inputZero;
      result[n * channels + c] = clamp(attrs.outputZero + requantize(sum, attrs.m0, attrs.shift), 0, 255);
    }
  return result;
}

/** `int8Pool` of a map; `output` is the result's shape. */
export function poolReference(input: Uint8Array, shape: Shape, output: Shape, attrs: Int8PoolAttrs): Uint8Array {
  const [, height, width, channels] = shape as [number, number, number, number];
  const [, outHeight, outWidth] = output as [number, number, number, number];
  const result = new Uint8Array(elements(output));
  for (let i = 0; i < result.length; i++) {
    const c = i % channels;
    const pixel = Math.floor(i / channels);
    const [ox, oy, n] = [
      pixel % outWidth,
      Math.floor(pixel / outWidth) % outHeight,
      Math.floor(pixel / (outWidth * outHeight)),
    ];
    let sum = 0;
    let most = 0;
    for (let ky = 0; ky < attrs.kernel[0]; ky++)
      for (let kx = 0; kx < attrs.kernel[1]; kx++) {
        const y = oy * attrs.stride[0] + ky * attrs.dilation[0] - attrs.pads[0];
        const x = ox * attrs.stride[1] + kx * attrs.dilation[1] - attrs.pads[1];
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        const byte = input[((n * height + y) * width + x) * channels + c]!;
        sum += byte - attrs.inputZero;
        most = Math.max(most, byte);
      }
    result[i] = attrs.mode === 'max' ? most : clamp(attrs.outputZero + requantize(sum, attrs.m0, attrs.shift), 0, 255);
  }
  return result;
}
