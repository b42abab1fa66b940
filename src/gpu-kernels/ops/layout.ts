// Ops that only rearrange elements: reshape, concat, slice, select, transpose.
import * as v from 'valibot';
import { defineOp, elements, ShapeError, type Shape } from '../op.ts';
import { count, position } from './attributes.ts';
import { around, checkAxis, featureMap, onlyOperand, printShape, tokensOf } from './operands.ts';

/** An axis after the batch; the last one is the channel. */
const axis = v.picklist([1, 2, 3], 'must be an axis from 1 to 3');

const reshapeAttrs = v.variant('to', [
  /** `[N, H, W, C]` → `[N, H·W, C]`. */
  v.strictObject({ to: v.literal('tokens') }),
  /** `[N, T, C]` → `[N, height, width, C]`. */
  v.strictObject({ to: v.literal('map'), height: count, width: count }),
  /** `[N, 1, 1, C]` or `[N, 1, C]` → `[N, C]`. */
  v.strictObject({ to: v.literal('vector') }),
]);
export type ReshapeAttrs = v.InferOutput<typeof reshapeAttrs>;

/** The channel stays last, so no element moves. */
export const reshape = defineOp({
  name: 'reshape',
  doc: 'Map to tokens, tokens to map, or a single pixel to a vector; no data moves.',
  attrs: reshapeAttrs,
  shape(inputs, a) {
    if (a.to === 'tokens') {
      const [batch, height, width, channels] = featureMap(inputs, 'flattening to tokens');
      return [batch, height * width, channels];
    }
    if (a.to === 'map') {
      const [batch, tokens, channels] = tokensOf(inputs, 'a reshape to a map');
      if (tokens !== a.height * a.width) {
        throw new ShapeError(
          `${tokens} tokens do not fill a ${a.height}×${a.width} map`,
          'make height × width equal the number of tokens',
        );
      }
      return [batch, a.height, a.width, channels];
    }
    const input = onlyOperand(inputs, 'flattening to a vector');
    if (input.length < 3 || input.slice(1, -1).some((size) => size !== 1)) {
      throw new ShapeError(
        `flattening to a vector needs a single pixel or token, not ${printShape(input)}`,
        'pool first',
      );
    }
    return [input[0] as number, input.at(-1) as number];
  },
  macKind: 'none',
  macs: () => 0,
  reference: ([x]) => (x as Float32Array).slice(),
});

const concatAttrs = v.strictObject({ axis });
export type ConcatAttrs = v.InferOutput<typeof concatAttrs>;

export const concat = defineOp({
  name: 'concat',
  doc: 'Joins values along one axis.',
  attrs: concatAttrs,
  shape(inputs, a) {
    const [first, ...rest] = inputs;
    if (!first) throw new ShapeError('a concat needs at least one input');
    checkAxis(first, a.axis, 'a concat');
    for (const other of rest) {
      if (other.length !== first.length || other.some((size, i) => i !== a.axis && size !== first[i])) {
        throw new ShapeError(
          `a concat along axis ${a.axis} cannot join ${printShape(first)} and ${printShape(other)}`,
          'make the other sizes equal',
        );
      }
    }
    const total = inputs.reduce((sum, shape) => sum + (shape[a.axis] as number), 0);
    return first.map((size, i) => (i === a.axis ? total : size));
  },
  macKind: 'none',
  macs: () => 0,
  reference(xs, _params, { inputs, output, attrs: a }) {
    const { outer } = around(output, a.axis);
    const result = new Float32Array(elements(output));
    let to = 0;
    for (let block = 0; block < outer; block++) {
      xs.forEach((x, i) => {
        const run = elements(inputs[i] as Shape) / outer;
        result.set(x.subarray(block * run, (block + 1) * run), to);
        to += run;
      });
    }
    return result;
  },
});

/** Elements `start`, `start + step`, … (`size` of them) along `axis`. */
function pick(x: Float32Array, input: Shape, axis: number, start: number, size: number, step: number): Float32Array {
  const { outer, size: length, inner } = around(input, axis);
  const result = new Float32Array(outer * size * inner);
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
export type SliceAttrs = v.InferOutput<typeof sliceAttrs>;

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
});

const selectAttrs = v.strictObject({ axis, index: position });
export type SelectAttrs = v.InferOutput<typeof selectAttrs>;

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
});

const transposeAttrs = v.strictObject({ perm: v.pipe(v.array(position), v.minLength(2), v.maxLength(4)) });
export type TransposeAttrs = v.InferOutput<typeof transposeAttrs>;

export const transpose = defineOp({
  name: 'transpose',
  doc: 'Reorders the axes: output axis i is input axis perm[i].',
  attrs: transposeAttrs,
  shape(inputs, a) {
    const input = onlyOperand(inputs, 'a transpose');
    if (a.perm.length !== input.length || input.some((_, i) => !a.perm.includes(i))) {
      throw new ShapeError(
        `perm ${printShape(a.perm)} does not list each of the ${input.length} axes once`,
        'list every axis exactly once',
      );
    }
    return a.perm.map((from) => input[from] as number);
  },
  macKind: 'none',
  macs: () => 0,
  reference([x], _params, { inputs: [input], output, attrs: a }) {
    const strides = a.perm.map((from) => around(input as Shape, from).inner);
    const result = new Float32Array(elements(output));
    const place = output.map(() => 0);
    let from = 0;
    for (let to = 0; to < result.length; to++) {
      result[to] = (x as Float32Array)[from] as number;
      // Count up like an odometer, the last axis fastest.
      for (let i = output.length - 1; i >= 0; i--) {
        from += strides[i] as number;
        place[i] = (place[i] as number) + 1;
        if ((place[i] as number) < (output[i] as number)) break;
        from -= (strides[i] as number) * (output[i] as number);
        place[i] = 0;
      }
    }
    return result;
  },
});
