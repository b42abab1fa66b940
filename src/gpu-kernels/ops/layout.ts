// Ops that only rearrange elements: reshape, concat, transpose.
import * as v from 'valibot';
import { defineOp, elements, ShapeError, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { axis, count, position } from './attributes.ts';
import { channelFirst, channelFirstAxis } from './channel-first.ts';
import { around, checkAxis, featureMap, onlyOperand, printShape, tokensOf, type MapShape } from './operands.ts';

const reshapeAttrs = v.variant('to', [
  /** `[N, H, W, C]` → `[N, H·W, C]`. */
  v.strictObject({ to: v.literal('tokens') }),
  /** `[N, T, C]` → `[N, height, width, C]`. */
  v.strictObject({ to: v.literal('map'), height: count, width: count }),
  /** `[N, 1, 1, C]` or `[N, 1, C]` → `[N, C]`. */
  v.strictObject({ to: v.literal('vector') }),
  /** Any other shape of as many elements, in row-major order. */
  v.strictObject({ to: v.literal('shape'), shape: v.pipe(v.array(count), v.minLength(1), v.maxLength(8)) }),
]);

/** Where the channel stays last, no element moves. */
export const reshape = defineOp({
  name: 'reshape',
  doc: 'Map to tokens, tokens to map, a single pixel to a vector, or any other shape; row-major order stays.',
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
    if (a.to === 'shape') {
      const input = onlyOperand(inputs, 'a reshape');
      if (elements(input) !== elements(a.shape))
        throw new ShapeError(`${printShape(input)} does not hold as many values as ${printShape(a.shape)}`);
      return a.shape;
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
  onnx: {
    write({ builder, inputs, output, inputShapes, outputShape, attrs }) {
      const [x] = inputs as [string];
      const input = inputShapes[0] as Shape;
      if (attrs.to === 'shape') {
        const last = input.length === 4 ? builder.transpose(x, [0, 2, 3, 1]) : x;
        if (outputShape.length !== 4) builder.reshape(last, outputShape, output);
        else builder.transpose(builder.reshape(last, outputShape), [0, 3, 1, 2], output);
      } else if (input.length === 4 && outputShape.length === 3) {
        const [batch, height, width, channels] = input as MapShape;
        builder.transpose(builder.reshape(x, [batch, channels, height * width]), [0, 2, 1], output);
      } else if (input.length === 3 && outputShape.length === 4) {
        builder.reshape(builder.transpose(x, [0, 2, 1]), channelFirst(outputShape), output);
      } else builder.reshape(x, outputShape, output);
    },
  },
  pytorch: {
    expression(n) {
      if (n.attrs.to === 'shape') {
        const last = n.inputs[0]?.length === 4 ? `${n.x()}.permute(0, 2, 3, 1)` : n.x();
        const made = `${last}.reshape(${n.output.join(', ')})`;
        return n.output.length === 4 ? `${made}.permute(0, 3, 1, 2)` : made;
      }
      if (n.attrs.to === 'tokens') return `${n.x()}.flatten(2).transpose(1, 2)`;
      if (n.attrs.to === 'map') return `${n.x()}.transpose(1, 2).unflatten(2, (${n.attrs.height}, ${n.attrs.width}))`;
      return `${n.x()}.flatten(1)`;
    },
    nests: 'around',
  },
  box({ to }) {
    if (to === 'tokens') return { kind: 'move', label: 'to tokens', words: 'map to tokens' };
    return to === 'shape' ? { kind: 'move', label: 'reshape', words: 'reshape' } : undefined;
  },
  alias: true,
});

const concatAttrs = v.strictObject({ axis });

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
    const result = numbers(elements(output));
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
  onnx: {
    write: ({ builder, inputs, output, attrs, outputShape }) =>
      void builder.add('Concat', inputs, { axis: channelFirstAxis(outputShape.length, attrs.axis) }, output),
  },
  pytorch: {
    expression: (n) =>
      `torch.cat([${n.inputs.map((_, index) => n.x(index)).join(', ')}], ${channelFirstAxis(n.output.length, n.attrs.axis)})`,
  },
  box: () => ({ kind: 'move', label: 'concat', words: 'concatenation' }),
});

const transposeAttrs = v.strictObject({ perm: v.pipe(v.array(position), v.minLength(2), v.maxLength(8)) });

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
    const result = numbers(elements(output));
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
  onnx: {
    write({ builder, inputs, output, attrs: { perm }, outputShape: { length: rank } }) {
      builder.transpose(inputs[0] as string, places(perm, rank), output);
    },
  },
  pytorch: { expression: (n) => `${n.x()}.permute(${places(n.attrs.perm, n.output.length).join(', ')})` },
});

/** The permutation in the channel-first layout: output place → our axis → the input axis it takes → that one's place. */
function places(perm: readonly number[], rank: number): number[] {
  const axisAt = Array.from({ length: rank }, (_, axis) => channelFirstAxis(rank, axis));
  return axisAt.map((_, place) => channelFirstAxis(rank, perm[axisAt.indexOf(place)] ?? 0));
}
