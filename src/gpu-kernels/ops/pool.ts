// Sliding windows without weights: averages and maxima by PyTorch's rules.
import * as v from 'valibot';
import type { OnnxContext } from '../forms.ts';
import { defineOp, ShapeError, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { padAxis, windowOutput } from './padding.ts';
import { padding, pair } from './attributes.ts';
import { featureMap, type MapShape } from './operands.ts';
import { both, paddingWord, pythonPads, reduction, slidingWindow } from './simple-forms.ts';

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
  const result = numbers(batch * rows.out * columns.out * channels);
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

function writePool(
  { builder, attrs: a, inputs, inputShapes, output }: OnnxContext<MaxPool2dAttrs>,
  op: 'AveragePool' | 'MaxPool',
  attributes: Readonly<Record<string, number>> = {},
): void {
  const input = inputShapes[0] as Shape;
  const [rows, columns] = poolWindow(input, a);
  const pads = [rows.begin, columns.begin, rows.end - (input[1] as number), columns.end - (input[2] as number)];
  const ceil = a.ceilMode ? 1 : 0;
  const sizes = { kernel_shape: a.kernel, strides: a.stride, pads, ceil_mode: ceil };
  builder.add(op, inputs, { ...sizes, ...attributes }, output);
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
  onnx: {
    write: (context) => writePool(context, 'AveragePool', { count_include_pad: context.attrs.countIncludePad ? 1 : 0 }),
  },
  pytorch: {
    expression(n) {
      const { kernel, stride, padding: sides, ceilMode, countIncludePad } = n.attrs;
      const pad = pythonPads(sides, n.inputs[0] ?? [], kernel, stride);
      const sizes = `${both(kernel)}, ${both(stride)}`;
      const ceil = ceilMode ? ', ceil_mode=True' : '';
      if (pad.whole) {
        const counted = countIncludePad ? '' : ', count_include_pad=False';
        return `F.avg_pool2d(${n.x()}, ${sizes}${paddingWord(pad.whole)}${ceil}${counted})`;
      }
      const pool = (x: string) => `F.avg_pool2d(F.pad(${x}, ${pad.sides}), ${sizes}${ceil})`;
      return countIncludePad ? pool(n.x()) : `${pool(n.x())} / ${pool(`torch.ones_like(${n.x()})`)}`;
    },
  },
  window: (a) => slidingWindow(a.kernel, a.stride),
  box: ({ kernel: [size], stride }) => ({
    kind: 'pool',
    label: `avg ${size}${reduction(stride)}`,
    words: `average ${size}×${size}`,
  }),
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
  onnx: { write: (context) => writePool(context, 'MaxPool') },
  pytorch: {
    expression(n) {
      const { kernel, stride, padding: sides, ceilMode } = n.attrs;
      const pad = pythonPads(sides, n.inputs[0] ?? [], kernel, stride);
      const x = pad.whole ? n.x() : `F.pad(${n.x()}, ${pad.sides}, value=float("-inf"))`;
      const ceil = ceilMode ? ', ceil_mode=True' : '';
      return `F.max_pool2d(${x}, ${both(kernel)}, ${both(stride)}${paddingWord(pad.whole)}${ceil})`;
    },
  },
  window: (a) => slidingWindow(a.kernel, a.stride),
  box: ({ kernel: [size], stride }) => ({
    kind: 'pool',
    label: `max ${size}${reduction(stride)}`,
    words: `maximum ${size}×${size}`,
  }),
});
