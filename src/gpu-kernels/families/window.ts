// The sliding window on the CPU: a convolution in float64 over resolved numbers, which float products and integer accumulators share.
import { elements, type Shape } from '../op.ts';
import type { Numbers } from '../step.ts';

/** A resolved sliding window: no padding rules left, only numbers. Rows then columns; pads are those before the first row and column. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly pads: readonly [number, number];
}

/** A window of one tap: what a pointwise product slides. */
export const onePoint = (stride: readonly [number, number] = [1, 1]): Window => ({
  kernel: [1, 1],
  stride,
  dilation: [1, 1],
  pads: [0, 0],
});

/** A value seen as a map; rows of another rank are one row of pixels. */
export const asMap = (shape: Shape): Shape =>
  shape.length === 4 ? shape : [1, 1, elements(shape.slice(0, -1)), shape.at(-1) as number];

export interface Convolution {
  readonly x: Numbers;
  /** `[N, H, W, C]`, or rows `[…, C]` for a window of one tap and stride 1. */
  readonly input: Shape;
  readonly output: Shape;
  /** `[O, C/groups, KH, KW]`. */
  readonly weight: Numbers;
  readonly bias: Numbers;
  readonly window: Window;
  readonly groups: number;
  /** What stands for 0 in `x`. */
  readonly zero?: number;
}

/** Σ (x − zero)·w + bias in float64; taps in the padding add nothing. */
export function convolve(c: Convolution): Float64Array {
  const { x, weight, bias, groups, zero = 0 } = c;
  const { kernel, stride, dilation, pads } = c.window;
  const [batch, height, width, channels] = asMap(c.input) as [number, number, number, number];
  const [, outHeight, outWidth, outChannels] = asMap(c.output) as [number, number, number, number];
  const own = channels / groups;
  const area = kernel[0] * kernel[1];
  const result = new Float64Array(batch * outHeight * outWidth * outChannels);
  let at = 0;
  for (let n = 0; n < batch; n++)
    for (let oy = 0; oy < outHeight; oy++)
      for (let ox = 0; ox < outWidth; ox++)
        for (let o = 0; o < outChannels; o++) {
          const first = Math.floor(o / (outChannels / groups)) * own;
          let sum = bias[o]!;
          for (let ky = 0; ky < kernel[0]; ky++) {
            const y = oy * stride[0] + ky * dilation[0] - pads[0];
            if (y < 0 || y >= height) continue;
            for (let kx = 0; kx < kernel[1]; kx++) {
              const column = ox * stride[1] + kx * dilation[1] - pads[1];
              if (column < 0 || column >= width) continue;
              let from = ((n * height + y) * width + column) * channels + first;
              let w = o * own * area + ky * kernel[1] + kx;
              for (let i = 0; i < own; i++, w += area) sum += (x[from++]! - zero) * weight[w]!;
            }
          }
          result[at++] = sum;
        }
  return result;
}
