// Convolution, its transpose and pooling over two axes, in either layout: every tensor comes with its strides.
import type { Data } from '../tensor.ts';

/** A map of `n` pictures, `c` channels, `h` rows and `w` columns; strides in elements in the same order. */
export interface ImagePlanes {
  readonly data: Data;
  readonly size: readonly [n: number, c: number, h: number, w: number];
  readonly stride: readonly [number, number, number, number];
}

export const nchw = (data: Data, [n, c, h, w]: readonly number[] & { length: 4 }): ImagePlanes => ({
  data,
  size: [n!, c!, h!, w!],
  stride: [c! * h! * w!, h! * w!, w!, 1],
});
export const nhwc = (data: Data, [n, h, w, c]: readonly number[] & { length: 4 }): ImagePlanes => ({
  data,
  size: [n!, c!, h!, w!],
  stride: [h! * w! * c!, 1, w! * c!, c!],
});

/** Rows, then columns. `pads`: before the first row and column. */
export interface Sweep {
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly pads: readonly [number, number];
}

export interface Filters {
  readonly data: Data;
  /** Output channels, input channels of a group, rows, columns; strides in the same order. */
  readonly size: readonly [number, number, number, number];
  readonly stride: readonly [number, number, number, number];
}

/** Zero points of quantised operands: one for the map, one or one for each output channel for the filters. */
export interface ZeroPoints {
  readonly x: number;
  readonly w: readonly number[];
}

const wide = (data: Data): Float64Array => (data instanceof Float64Array ? data : Float64Array.from(data));
const shifted = (data: Data, zero: number): Float64Array =>
  zero === 0 ? wide(data) : Float64Array.from(data, (value) => value - zero);

/** out[n, o, y, x] = bias[o] + Σ (map − zx) · (filter − zw); padding adds nothing. Sums in float64, exact for integers. */
export function convolve(
  out: ImagePlanes,
  x: ImagePlanes,
  w: Filters,
  bias: Data | undefined,
  groups: number,
  { stride, dilation, pads }: Sweep,
  zero: ZeroPoints = { x: 0, w: [0] },
): void {
  const [batch, channels, height, width] = out.size;
  const [, , rows, columns] = x.size;
  const [, perGroup, kh, kw] = w.size;
  const outPerGroup = channels / groups;
  // One element type for the loops below, whatever the operands are: several times faster in a JIT.
  const [xs, ws] = [shifted(x.data, zero.x), wide(w.data)];
  const [xStep, wStep] = [x.stride[1], w.stride[1]];
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < channels; o++) {
      const first = Math.floor(o / outPerGroup) * perGroup;
      const wz = zero.w[zero.w.length > 1 ? o : 0] ?? 0;
      for (let oy = 0; oy < height; oy++)
        for (let ox = 0; ox < width; ox++) {
          let sum = bias ? bias[o]! : 0;
          for (let ky = 0; ky < kh; ky++) {
            const iy = oy * stride[0] + ky * dilation[0] - pads[0];
            if (iy < 0 || iy >= rows) continue;
            for (let kx = 0; kx < kw; kx++) {
              const ix = ox * stride[1] + kx * dilation[1] - pads[1];
              if (ix < 0 || ix >= columns) continue;
              let from = n * x.stride[0] + first * x.stride[1] + iy * x.stride[2] + ix * x.stride[3];
              let tap = o * w.stride[0] + ky * w.stride[2] + kx * w.stride[3];
              for (let c = 0; c < perGroup; c++) {
                sum += xs[from]! * (ws[tap]! - wz);
                from += xStep;
                tap += wStep;
              }
            }
          }
          out.data[n * out.stride[0] + o * out.stride[1] + oy * out.stride[2] + ox * out.stride[3]] = sum;
        }
    }
}

/**
 * The transpose: every input value adds its multiple of the filter to the output. `w.size` is [input channels, output channels of a group,
 * rows, columns]; `pads` are cut from the top and left. `out` must hold zeros; the bias is added last.
 */
export function convolveTransposed(
  out: ImagePlanes,
  x: ImagePlanes,
  w: Filters,
  bias: Data | undefined,
  groups: number,
  { stride, dilation, pads }: Sweep,
  zero: ZeroPoints = { x: 0, w: [0] },
): void {
  const [batch, inputs, rows, columns] = x.size;
  const [, channels, height, width] = out.size;
  const [, perGroup, kh, kw] = w.size;
  const sums = new Float64Array(height * width);
  const inPerGroup = inputs / groups;
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < channels; o++) {
      sums.fill(bias ? bias[o]! : 0);
      const group = Math.floor(o / perGroup);
      const wz = zero.w[zero.w.length > 1 ? o : 0] ?? 0;
      for (let c = group * inPerGroup; c < (group + 1) * inPerGroup; c++)
        for (let iy = 0; iy < rows; iy++)
          for (let ix = 0; ix < columns; ix++) {
            const value = x.data[n * x.stride[0] + c * x.stride[1] + iy * x.stride[2] + ix * x.stride[3]]! - zero.x;
            for (let ky = 0; ky < kh; ky++) {
              const oy = iy * stride[0] + ky * dilation[0] - pads[0];
              if (oy < 0 || oy >= height) continue;
              for (let kx = 0; kx < kw; kx++) {
                const ox = ix * stride[1] + kx * dilation[1] - pads[1];
                if (ox < 0 || ox >= width) continue;
                const tap =
                  c * w.stride[0] + (o - group * perGroup) * w.stride[1] + ky * w.stride[2] + kx * w.stride[3];
                sums[oy * width + ox]! += value * (w.data[tap]! - wz);
              }
            }
          }
      for (let oy = 0; oy < height; oy++)
        for (let ox = 0; ox < width; ox++)
          out.data[n * out.stride[0] + o * out.stride[1] + oy * out.stride[2] + ox * out.stride[3]] =
            sums[oy * width + ox]!;
    }
}

export interface PoolSweep extends Sweep {
  readonly kernel: readonly [number, number];
  /** Mean: padding (up to `ends`, rows and columns counted from the first padded one) counts in the divisor. */
  readonly countPad?: readonly [number, number] | undefined;
  /** L-p norm instead of a mean. */
  readonly norm?: number;
}

export function pool(out: ImagePlanes, x: ImagePlanes, mode: 'max' | 'mean' | 'norm', sweep: PoolSweep): void {
  const { kernel, stride, dilation, pads, countPad, norm = 2 } = sweep;
  const [batch, channels, height, width] = out.size;
  const [, , rows, columns] = x.size;
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let oy = 0; oy < height; oy++)
        for (let ox = 0; ox < width; ox++) {
          let best = -Infinity;
          let sum = 0;
          let count = 0;
          for (let ky = 0; ky < kernel[0]; ky++)
            for (let kx = 0; kx < kernel[1]; kx++) {
              const iy = oy * stride[0] + ky * dilation[0] - pads[0];
              const ix = ox * stride[1] + kx * dilation[1] - pads[1];
              if (iy < 0 || iy >= rows || ix < 0 || ix >= columns) {
                if (countPad && iy + pads[0] < countPad[0] && ix + pads[1] < countPad[1]) count++;
                continue;
              }
              const value = x.data[n * x.stride[0] + c * x.stride[1] + iy * x.stride[2] + ix * x.stride[3]]!;
              if (value > best || value !== value) best = value;
              sum += mode === 'norm' ? Math.abs(value) ** norm : value;
              count++;
            }
          const result = mode === 'max' ? best : mode === 'mean' ? sum / count : sum ** (1 / norm);
          out.data[n * out.stride[0] + c * out.stride[1] + oy * out.stride[2] + ox * out.stride[3]] = result;
        }
}
