// Derivatives of windows without weights: averages, blurs and resizes are taps along rows and columns, whose adjoint are taps again.
import { elements, type Shape } from '../op.ts';
import { adaptiveAvgPool2d } from '../ops/adaptive-pool.ts';
import { blurPool } from '../ops/blur-pool.ts';
import { conv2dWindow } from '../ops/convolution.ts';
import { mean } from '../ops/mean.ts';
import type { MapShape } from '../ops/operands.ts';
import { avgPool2d, maxPool2d, poolWindow, type MaxPool2dAttrs } from '../ops/pool.ts';
import { reshape } from '../ops/layout.ts';
import { resize } from '../ops/resize.ts';
import { unfold } from '../ops/unfold.ts';
import { numbers } from '../numbers.ts';
import { derive, formula, type GradientBuilder } from './gradient.ts';
import { backAlong, type Tap, type AxisTaps } from './reduce.ts';
import { avgPoolTaps, blurTaps, cellTaps, resizeAxisTaps } from './window-taps.ts';

/** The adjoint of taps along the rows and columns of a map. */
function backThrough(g: GradientBuilder, dy: string, input: Shape, rows: AxisTaps, columns: AxisTaps): string {
  const [, height, width] = input as MapShape;
  return backAlong(g, backAlong(g, dy, 1, rows, height), 2, columns, width);
}

export const avgPoolDerivative = derive(avgPool2d, (g, n, dy) => {
  const [input] = n.shapes as [Shape];
  const along = (axis: 0 | 1): AxisTaps => avgPoolTaps(input, n.attrs, axis);
  return { inputs: [() => backThrough(g, dy, input, along(0), along(1))] };
});

export const adaptiveAvgPoolDerivative = derive(adaptiveAvgPool2d, (g, n, dy) => {
  const [input] = n.shapes as [Shape];
  const along = (axis: 0 | 1): AxisTaps => cellTaps(input[axis + 1] as number, n.attrs.size[axis]);
  return { inputs: [() => backThrough(g, dy, input, along(0), along(1))] };
});

export const blurPoolDerivative = derive(blurPool, (g, n, dy) => {
  const [input] = n.shapes as [Shape];
  const along = (axis: 0 | 1): AxisTaps => blurTaps(input[axis + 1] as number, n.output[axis + 1] as number, n.attrs);
  return { inputs: [() => backThrough(g, dy, input, along(0), along(1))] };
});

export const resizeDerivative = derive(resize, (g, n, dy) => {
  const [input] = n.shapes as [Shape];
  const along = (axis: 0 | 1): AxisTaps =>
    resizeAxisTaps(input[axis + 1] as number, n.output[axis + 1] as number, n.attrs);
  return { inputs: [() => backThrough(g, dy, input, along(0), along(1))] };
});

export const meanDerivative = derive(mean, (g, n, dy) => {
  const [input] = n.shapes as [Shape];
  const averaged = (axis: number): boolean => axis < input.length - 1 && n.attrs.axes.includes(axis as 1 | 2);
  const kept = input.map((size, axis) => (averaged(axis) ? 1 : size));
  return {
    inputs: [
      () => {
        let from = n.attrs.keepDims ? dy : g.add(reshape, { to: 'shape', shape: kept }, [dy]);
        input.forEach((size, axis) => {
          if (!averaged(axis)) return;
          const all: AxisTaps = [Array.from({ length: size }, (_, k): Tap => [k, 1 / size])];
          from = backAlong(g, from, axis, all, size);
        });
        return from;
      },
    ],
  };
});

/** dy goes to the first maximum of its window, row-major. Operands: dy and x. */
const maxPoolGradient = formula<MaxPool2dAttrs>({
  name: 'max_pool2d_gradient',
  shape: ([, x]) => x as Shape,
  reference([dy, x], _params, { inputs: [pooled], output, attrs: a }) {
    const [batch, height, width, channels] = output as MapShape;
    const [, outH, outW] = pooled as MapShape;
    const [rows, columns] = poolWindow(output, a);
    const sums = new Float64Array(elements(output));
    const source = x as Float32Array;
    let from = 0;
    for (let n = 0; n < batch; n++)
      for (let oy = 0; oy < outH; oy++)
        for (let ox = 0; ox < outW; ox++)
          for (let c = 0; c < channels; c++, from++) {
            const [top, left] = [oy * a.stride[0] - rows.begin, ox * a.stride[1] - columns.begin];
            let best = -1;
            for (let y = Math.max(top, 0); y < Math.min(top + a.kernel[0], height); y++)
              for (let column = Math.max(left, 0); column < Math.min(left + a.kernel[1], width); column++) {
                const at = ((n * height + y) * width + column) * channels + c;
                if (best < 0 || (source[at] as number) > (source[best] as number)) best = at;
              }
            if (best >= 0) sums[best] = (sums[best] as number) + ((dy as Float32Array)[from] as number);
          }
    return numbers(sums);
  },
});

export const maxPoolDerivative = derive(maxPool2d, (g, n, dy) => ({
  inputs: [() => g.add(maxPoolGradient, n.attrs, [dy, n.inputs[0] as string])],
}));

type Unfold = Parameters<typeof unfold.shape>[1];

/** Every pixel gets the sum of its places in the patches. Operand: dy `[N, T, C·KH·KW]`. */
const fold = formula<Unfold & { readonly input: Shape }>({
  name: 'fold',
  shape: (_inputs, { input }) => input,
  reference([dy], _params, { output, attrs: a }) {
    const [batch, inH, inW, channels] = output as MapShape;
    const { height, width, top, left } = conv2dWindow(output, { ...a, dilation: [1, 1] });
    const [kh, kw] = a.kernel;
    const sums = new Float64Array(elements(output));
    let from = 0;
    for (let n = 0; n < batch; n++)
      for (let oy = 0; oy < height; oy++)
        for (let ox = 0; ox < width; ox++)
          for (let c = 0; c < channels; c++)
            for (let ky = 0; ky < kh; ky++)
              for (let kx = 0; kx < kw; kx++, from++) {
                const [iy, ix] = [oy * a.stride[0] - top + ky, ox * a.stride[1] - left + kx];
                if (iy < 0 || iy >= inH || ix < 0 || ix >= inW) continue;
                const to = ((n * inH + iy) * inW + ix) * channels + c;
                sums[to] = (sums[to] as number) + ((dy as Float32Array)[from] as number);
              }
    return numbers(sums);
  },
});

export const unfoldDerivative = derive(unfold, (g, n, dy) => ({
  inputs: [() => g.add(fold, { ...n.attrs, input: n.shapes[0] as Shape }, [dy])],
}));
