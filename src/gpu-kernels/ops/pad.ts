// Padding as a step of its own: channels that a residual lacks, reflected borders, padding that no window can take over.
import * as v from 'valibot';
import { defineOp, elements, ShapeError, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { position } from './attributes.ts';
import { channelFirstAxis } from './channel-first.ts';
import { around, onlyOperand, printShape } from './operands.ts';

const sides = v.array(position);
const padAttrs = v.strictObject({
  /** Elements added before and after each axis. */
  before: sides,
  after: sides,
  mode: v.optional(v.picklist(['constant', 'reflect', 'edge']), 'constant'),
  value: v.optional(v.pipe(v.number('must be a number'), v.finite('must be a finite number')), 0),
});
export type PadAttrs = v.InferOutput<typeof padAttrs>;

/** Where element `at` of a padded axis comes from; −1: the padding value. */
export function paddedFrom(at: number, size: number, before: number, mode: PadAttrs['mode']): number {
  const from = at - before;
  if (from >= 0 && from < size) return from;
  if (mode === 'constant') return -1;
  if (mode === 'edge') return from < 0 ? 0 : size - 1;
  return from < 0 ? -from : 2 * (size - 1) - from;
}

export const pad = defineOp({
  name: 'pad',
  doc: 'Adds elements before and after each axis: a fixed value, the border mirrored, or its last element.',
  attrs: padAttrs,
  shape(inputs, { before, after, mode }) {
    const input = onlyOperand(inputs, 'padding');
    if (before.length !== input.length || after.length !== input.length)
      throw new ShapeError(`padding names ${before.length} axes of ${printShape(input)}`, 'name every axis');
    if (mode === 'reflect' && input.some((size, i) => Math.max(before[i]!, after[i]!) >= size))
      throw new ShapeError(`${printShape(input)} is too small to be mirrored that far`, 'pad by less than the size');
    return input.map((size, i) => size + before[i]! + after[i]!);
  },
  macKind: 'none',
  macs: () => 0,
  reference([x], _params, { inputs: [input], output, attrs }) {
    const shape = input as Shape;
    let offsets = Int32Array.of(0);
    output.forEach((size, axis) => {
      const { inner } = around(shape, axis);
      const next = new Int32Array(offsets.length * size);
      const from = Array.from({ length: size }, (_, i) => paddedFrom(i, shape[axis]!, attrs.before[axis]!, attrs.mode));
      for (let i = 0; i < offsets.length; i++)
        for (let k = 0; k < size; k++)
          next[i * size + k] = offsets[i]! < 0 || from[k]! < 0 ? -1 : offsets[i]! + from[k]! * inner;
      offsets = next;
    });
    return numbers(elements(output)).map((_, i) => (offsets[i]! < 0 ? attrs.value : (x as Float32Array)[offsets[i]!]!));
  },
  onnx: {
    write({ builder, inputs, output, attrs: { before, after, mode, value }, outputShape: { length: rank } }) {
      const pads = new Array<number>(2 * rank).fill(0);
      before.forEach((_, axis) => {
        const place = channelFirstAxis(rank, axis);
        pads[place] = before[axis]!;
        pads[rank + place] = after[axis]!;
      });
      builder.add('Pad', [...inputs, builder.integers(pads), builder.scalar(value)], { mode }, output);
    },
  },
  pytorch: {
    expression(n) {
      const { before, after, mode, value } = n.attrs;
      const rank = before.length;
      const last = Array.from({ length: rank }, (_, place) => place).reverse();
      const axisAt = (place: number): number => before.findIndex((_, axis) => channelFirstAxis(rank, axis) === place);
      const pads = last.flatMap((place) => [before[axisAt(place)]!, after[axisAt(place)]!]);
      const words = { constant: `value=${value}`, reflect: 'mode="reflect"', edge: 'mode="replicate"' };
      // Mirrored borders are known for the last axes only.
      const kept = mode === 'constant' ? pads : pads.slice(0, 2 * (rank - 2));
      return `F.pad(${n.x()}, (${kept.join(', ')}), ${words[mode]})`;
    },
  },
  box: () => ({ kind: 'move', label: 'pad', words: 'padding' }),
});
