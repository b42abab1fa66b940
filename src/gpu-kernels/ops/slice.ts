// Parts of a value: a run of elements along an axis, every step-th of them, or a single one.
import * as v from 'valibot';
import { defineOp, ShapeError, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { axis, count, position } from './attributes.ts';
import { channelFirstAxis } from './channel-first.ts';
import { around, checkAxis, onlyOperand, printShape } from './operands.ts';

/** Elements `start`, `start + step`, … (`size` of them) along `axis`. */
function pick(x: Float32Array, input: Shape, axis: number, start: number, size: number, step: number): Float32Array {
  const { outer, size: length, inner } = around(input, axis);
  const result = numbers(outer * size * inner);
  for (let block = 0; block < outer; block++)
    for (let i = 0; i < size; i++) {
      const from = (block * length + start + i * step) * inner;
      result.set(x.subarray(from, from + inner), (block * size + i) * inner);
    }
  return result;
}

const sliceAttrs = v.strictObject({
  axis,
  start: v.optional(position, 0),
  size: count,
  step: v.optional(count, 1),
});

export const slice = defineOp({
  name: 'slice',
  doc: 'A run of elements along one axis, or every step-th of them.',
  attrs: sliceAttrs,
  shape(inputs, a) {
    const input = onlyOperand(inputs, 'a slice');
    checkAxis(input, a.axis, 'a slice');
    const last = a.start + (a.size - 1) * a.step;
    if (last >= (input[a.axis] as number)) {
      throw new ShapeError(
        `a slice reads element ${last} of axis ${a.axis}, which has ${input[a.axis]}`,
        'use a smaller start, size or step',
      );
    }
    return input.map((size, i) => (i === a.axis ? a.size : size));
  },
  macKind: 'none',
  macs: () => 0,
  reference: ([x], _params, { inputs: [input], attrs: a }) =>
    pick(x as Float32Array, input as Shape, a.axis, a.start, a.size, a.step),
  onnx: {
    write({ builder, inputs, output, attrs: { axis: along, start, size, step }, outputShape }) {
      const end = start + (size - 1) * step + 1;
      builder.slice(inputs[0] as string, channelFirstAxis(outputShape.length, along), start, end, step, output);
    },
  },
  pytorch: {
    expression(n) {
      const { axis: along, start, size, step } = n.attrs;
      const range = `${start}:${start + (size - 1) * step + 1}${step === 1 ? '' : `:${step}`}`;
      return `${n.x()}[${':, '.repeat(channelFirstAxis(n.output.length, along))}${range}]`;
    },
  },
});

const selectAttrs = v.strictObject({ axis, index: position });

export const select = defineOp({
  name: 'select',
  doc: 'One element along an axis; the axis disappears (the class token of a transformer).',
  attrs: selectAttrs,
  shape(inputs, a) {
    const input = onlyOperand(inputs, 'a select');
    if (input.length < 3)
      throw new ShapeError(
        `a select would leave no axis of ${printShape(input)} but one`,
        'select from tokens or a map',
      );
    checkAxis(input, a.axis, 'a select');
    if (a.index >= (input[a.axis] as number)) {
      throw new ShapeError(
        `a select reads element ${a.index} of axis ${a.axis}, which has ${input[a.axis]}`,
        'use a smaller index',
      );
    }
    return input.filter((_, i) => i !== a.axis);
  },
  macKind: 'none',
  macs: () => 0,
  reference: ([x], _params, { inputs: [input], attrs: a }) =>
    pick(x as Float32Array, input as Shape, a.axis, a.index, 1, 1),
  onnx: {
    write({ builder, id, inputs, output, attrs: { axis: along, index }, inputShapes, outputShape }) {
      if (inputShapes[0]?.length === 4) throw new Error(`${id}: selecting from a map has no ONNX form here`);
      builder.reshape(builder.slice(inputs[0] as string, along, index, index + 1), outputShape, output);
    },
  },
  pytorch: {
    expression(n) {
      const rank = n.inputs[0]?.length ?? 0;
      const call = `${n.x()}.select(${channelFirstAxis(rank, n.attrs.axis)}, ${n.attrs.index})`;
      return rank === 4 && n.attrs.axis !== 3 ? `${call}.transpose(1, 2)` : call;
    },
  },
  box: () => ({ kind: 'move', label: 'cls', words: 'class token' }),
});
