// Means over whole axes: global average pooling, and the one-sided pooling of coordinate attention.
import * as v from 'valibot';
import type { WindowAxis } from '../forms.ts';
import { defineOp, elements, ShapeError, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { channelFirstAxis } from './channel-first.ts';
import { onlyOperand, printShape, type MapShape } from './operands.ts';
import { tuple } from './simple-forms.ts';

const meanAttrs = v.strictObject({
  /** Axes of the input to average over: 1 = height (or tokens), 2 = width. */
  axes: v.pipe(v.array(v.picklist([1, 2], 'must be 1 (height or tokens) or 2 (width)')), v.minLength(1)),
  /** True: averaged axes stay with size 1. */
  keepDims: v.optional(v.boolean(), false),
});

export const mean = defineOp({
  name: 'mean',
  doc: 'Mean over height, width, both, or tokens.',
  attrs: meanAttrs,
  shape(inputs, a) {
    const input = onlyOperand(inputs, 'a mean');
    const worst = Math.max(...a.axes);
    if (worst >= input.length - 1) {
      throw new ShapeError(
        `a mean over axis ${worst} would average the channels of ${printShape(input)}`,
        'average over the axes between batch and channels',
      );
    }
    const averaged = (axis: number) => a.axes.includes(axis as 1 | 2);
    return a.keepDims
      ? input.map((size, axis) => (averaged(axis) ? 1 : size))
      : input.filter((_, axis) => !averaged(axis));
  },
  macKind: 'none',
  macs: () => 0,
  reference([x], _params, { inputs: [input], output, attrs: a }) {
    const shape = input as Shape;
    const channels = shape.at(-1) as number;
    // Tokens are a map of width 1.
    const [batch, height, width] =
      shape.length === 4 ? (shape as MapShape) : ([shape[0], shape[1], 1] as [number, number, number]);
    const overRows = a.axes.includes(1);
    const overColumns = a.axes.includes(2) && shape.length === 4;
    const [outH, outW] = [overRows ? 1 : height, overColumns ? 1 : width];
    const sums = new Float64Array(elements(output));
    let from = 0;
    for (let n = 0; n < batch; n++)
      for (let y = 0; y < height; y++)
        for (let column = 0; column < width; column++) {
          const to = ((n * outH + (overRows ? 0 : y)) * outW + (overColumns ? 0 : column)) * channels;
          for (let c = 0; c < channels; c++)
            sums[to + c] = (sums[to + c] as number) + ((x as Float32Array)[from++] as number);
        }
    const averaged = (height * width) / (outH * outW);
    return numbers(sums.map((sum) => sum / averaged));
  },
  onnx: {
    write({ builder, attrs: { axes, keepDims }, inputs, inputShapes, output, outputShape }) {
      const rank = (inputShapes[0] as Shape).length;
      const list = builder.integers(axes.map((axis) => channelFirstAxis(rank, axis)));
      // A map that loses one axis becomes tokens, whose channels are last.
      const tokens = !keepDims && outputShape.length === 3 && rank === 4;
      const mean = builder.add(
        'ReduceMean',
        [...inputs, list],
        { keepdims: keepDims ? 1 : 0 },
        tokens ? undefined : output,
      );
      if (tokens) builder.transpose(mean, [0, 2, 1], output);
    },
  },
  pytorch: {
    expression(n) {
      const rank = n.inputs[0]?.length ?? 0;
      const { axes, keepDims } = n.attrs;
      const places = axes.map((axis) => channelFirstAxis(rank, axis));
      const call = `${n.x()}.mean(${tuple(places)}${keepDims ? ', keepdim=True' : ''})`.replace(/\((\d), ?\)/, '($1)');
      // A map that loses one axis becomes tokens, whose channels are last.
      return rank === 4 && !keepDims && axes.length === 1 ? `${call}.transpose(1, 2)` : call;
    },
    nests: 'inside',
  },
  window({ axes }, input) {
    const over = (axis: 1 | 2): WindowAxis =>
      axes.includes(axis) ? { kernel: 'all', stride: 'all' } : { kernel: 1, stride: 1 };
    return [over(1), over(input.length === 4 ? 2 : 1)];
  },
  box: () => ({ kind: 'pool', label: 'avg', words: 'global average' }),
});
