// Sliding windows without weights: averages and maxima by PyTorch's rules, and the blurred stride of anti-aliased nets.
import * as v from 'valibot';
import { defineOp, elements, ShapeError, type Shape } from '../op.ts';
import { padAxis, windowOutput } from './padding.ts';
import { count, padding, pair } from './attributes.ts';
import { featureMap, type MapShape } from './operands.ts';

const window = {
  kernel: pair,
  /** Default: the kernel. */
  stride: v.optional(pair),
  padding: v.optional(padding, 0),
  /** True: a last window that begins inside the map (or its leading padding) counts although it ends outside. */
  ceilMode: v.optional(v.boolean(), false),
};
const withStride = <T extends { kernel: [number, number]; stride?: [number, number] | undefined }>(a: T) => ({
  ...a,
  stride: a.stride ?? a.kernel,
});

const maxPool2dAttrs = v.pipe(v.strictObject(window), v.transform(withStride));
export type MaxPool2dAttrs = v.InferOutput<typeof maxPool2dAttrs>;
const avgPool2dAttrs = v.pipe(
  v.strictObject({ ...window, countIncludePad: v.optional(v.boolean(), true) }),
  v.transform(withStride),
);
export type AvgPool2dAttrs = v.InferOutput<typeof avgPool2dAttrs>;

export interface PoolAxis {
  /** Output length, padding before the first element, and where a window must end at the latest (length + trailing padding). */
  readonly out: number;
  readonly begin: number;
  readonly end: number;
}

/** Rows and columns of a pooling window, by PyTorch's rules. Throws ShapeError where the window does not fit. */
export function poolWindow(input: Shape, a: MaxPool2dAttrs): readonly [PoolAxis, PoolAxis] {
  const axis = (index: 0 | 1): PoolAxis => {
    const length = input[index + 1] as number;
    const [kernel, stride] = [a.kernel[index], a.stride[index]];
    const [begin, end] = padAxis(a.padding, index, length, kernel, stride, 1);
    if (begin >= kernel || end >= kernel) {
      throw new ShapeError(
        `padding ${Math.max(begin, end)} would leave pooling windows of ${kernel} without a pixel`,
        'pad by less than the kernel',
      );
    }
    let out = windowOutput(length, kernel, stride, 1, [begin, a.ceilMode ? end + stride - 1 : end]);
    if (a.ceilMode && (out - 1) * stride >= length + begin) out--;
    if (out < 1) {
      throw new ShapeError(
        `pooling window ${kernel} is larger than the ${length} px map it reads`,
        'use a smaller window, a smaller stride above, or a larger input',
      );
    }
    return { out, begin, end: length + end };
  };
  return [axis(0), axis(1)];
}

const pooledShape = (input: MapShape, a: MaxPool2dAttrs): Shape => {
  const [rows, columns] = poolWindow(input, a);
  return [input[0], rows.out, columns.out, input[3]];
};

/** Slides the window over every picture and channel; `reduce` folds a value into the state, `finish` gets the padded area as well. */
function slide(
  x: Float32Array,
  input: MapShape,
  a: MaxPool2dAttrs,
  start: number,
  reduce: (state: number, value: number) => number,
  finish: (state: number, inside: number, withPadding: number) => number,
): Float32Array {
  const [batch, height, width, channels] = input;
  const [rows, columns] = poolWindow(input, a);
  const result = new Float32Array(batch * rows.out * columns.out * channels);
  let to = 0;
  for (let n = 0; n < batch; n++)
    for (let oy = 0; oy < rows.out; oy++)
      for (let ox = 0; ox < columns.out; ox++) {
        const top = oy * a.stride[0] - rows.begin;
        const left = ox * a.stride[1] - columns.begin;
        const [bottom, right] = [Math.min(top + a.kernel[0], rows.end), Math.min(left + a.kernel[1], columns.end)];
        const withPadding = (bottom - top) * (right - left);
        const [y0, y1, x0, x1] = [
          Math.max(top, 0),
          Math.min(bottom, height),
          Math.max(left, 0),
          Math.min(right, width),
        ];
        for (let c = 0; c < channels; c++) {
          let state = start;
          for (let y = y0; y < y1; y++)
            for (let column = x0; column < x1; column++) {
              state = reduce(state, x[((n * height + y) * width + column) * channels + c] as number);
            }
          result[to++] = finish(state, (y1 - y0) * (x1 - x0), withPadding);
        }
      }
  return result;
}

export const avgPool2d = defineOp({
  name: 'avg_pool2d',
  doc: 'Sliding average.',
  attrs: avgPool2dAttrs,
  shape: (inputs, a) => pooledShape(featureMap(inputs, 'average pooling'), a),
  macKind: 'none',
  macs: () => 0,
  reference: ([x], _params, { inputs: [input], attrs: a }) =>
    slide(
      x as Float32Array,
      input as MapShape,
      a,
      0,
      (sum, value) => sum + value,
      (sum, inside, withPadding) => sum / (a.countIncludePad ? withPadding : inside),
    ),
});

export const maxPool2d = defineOp({
  name: 'max_pool2d',
  doc: 'Sliding maximum; padding never wins.',
  attrs: maxPool2dAttrs,
  shape: (inputs, a) => pooledShape(featureMap(inputs, 'max pooling'), a),
  macKind: 'none',
  macs: () => 0,
  reference: ([x], _params, { inputs: [input], attrs: a }) =>
    slide(x as Float32Array, input as MapShape, a, -Infinity, Math.max, (largest) => largest),
});

const blurPoolAttrs = v.strictObject({
  size: v.optional(v.pipe(count, v.minValue(2)), 3),
  stride: v.optional(count, 2),
  /** What lies beyond the border: the map's mirror image, or zeros (timm's MobileNetV4). */
  border: v.optional(v.picklist(['reflect', 'zeros']), 'reflect'),
});
export type BlurPoolAttrs = v.InferOutput<typeof blurPoolAttrs>;

/** Binomial coefficients of row size − 1, divided by their sum: [1, 2, 1] / 4 for size 3. */
export function binomialFilter(size: number): readonly number[] {
  let row = [1];
  while (row.length < size) row = [1, ...row.slice(1).map((value, i) => value + (row[i] as number)), 1];
  return row.map((value) => value / 2 ** (size - 1));
}

/** Padding on every side, in pixels. */
export const blurPadding = (a: Pick<BlurPoolAttrs, 'size' | 'stride'>): number =>
  Math.floor((a.stride - 1 + a.size - 1) / 2);

function blurredShape(inputs: readonly Shape[], a: BlurPoolAttrs): Shape {
  const [batch, height, width, channels] = featureMap(inputs, 'blur pooling');
  const pad = blurPadding(a);
  if (a.border === 'reflect' && pad >= Math.min(height, width)) {
    throw new ShapeError(
      `blur pooling reflects ${pad} px, more than a ${height}×${width} map has`,
      'use a larger input or a smaller blur',
    );
  }
  const out = (length: number) => windowOutput(length, a.size, a.stride, 1, [pad, pad]);
  return [batch, out(height), out(width), channels];
}

/**
 * Blur pooling (arXiv 1904.11486): binomial filter, then the stride. A fixed depthwise filter: its multiply-accumulates count in
 * a net's total, and under no kind of layer, as in torch and fvcore.
 */
export const blurPool = defineOp({
  name: 'blur_pool',
  doc: 'Blurs, then subsamples, so that a stride does not alias.',
  attrs: blurPoolAttrs,
  shape: blurredShape,
  macKind: 'none',
  macs: (inputs, a) => elements(blurredShape(inputs, a)) * a.size ** 2,
  reference([x], _params, { inputs: [input], output, attrs: a }) {
    const [batch, height, width, channels] = input as MapShape;
    const [, outH, outW] = output as MapShape;
    const filter = binomialFilter(a.size);
    const pad = blurPadding(a);
    // The pixel that stands at `at`, or −1 for a zero beyond the border.
    const place = (at: number, length: number) => {
      if (at >= 0 && at < length) return at;
      if (a.border === 'zeros') return -1;
      return at < 0 ? -at : 2 * (length - 1) - at;
    };
    const result = new Float32Array(elements(output));
    const sums = new Float64Array(channels);
    let to = 0;
    for (let n = 0; n < batch; n++)
      for (let oy = 0; oy < outH; oy++)
        for (let ox = 0; ox < outW; ox++) {
          sums.fill(0);
          filter.forEach((rowWeight, ky) => {
            const y = place(oy * a.stride - pad + ky, height);
            filter.forEach((columnWeight, kx) => {
              const sourceX = place(ox * a.stride - pad + kx, width);
              if (y < 0 || sourceX < 0) return;
              const from = ((n * height + y) * width + sourceX) * channels;
              const weight = rowWeight * columnWeight;
              for (let c = 0; c < channels; c++)
                sums[c] = (sums[c] as number) + weight * ((x as Float32Array)[from + c] as number);
            });
          });
          result.set(sums, to);
          to += channels;
        }
    return result;
  },
});
