// Derivatives of ops that only move elements: the same way back, zeros where nothing was taken from.
import { elements, type Shape } from '../op.ts';
import { constant } from '../ops/constant.ts';
import { concat, reshape, transpose } from '../ops/layout.ts';
import { pad, paddedFrom } from '../ops/pad.ts';
import { padChannels } from '../ops/pad-channels.ts';
import { pixelShuffle } from '../ops/pixel-shuffle.ts';
import type { MapShape } from '../ops/operands.ts';
import { rearrange } from '../ops/rearrange.ts';
import { select, slice } from '../ops/slice.ts';
import { positionEmbedding, prependToken } from '../ops/tokens.ts';
import { numbers } from '../numbers.ts';
import { derive, formula, type GradientBuilder } from './gradient.ts';
import { backAlong, summed, type Tap, type AxisTaps } from './reduce.ts';

const reshaped = (g: GradientBuilder, id: string, shape: Shape): string =>
  g.shape(id).join() === shape.join() ? id : g.add(reshape, { to: 'shape', shape: [...shape] }, [id]);

export const reshapeDerivative = derive(reshape, (g, n, dy) => ({
  inputs: [() => reshaped(g, dy, n.shapes[0] as Shape)],
}));

export const concatDerivative = derive(concat, (g, n, dy) => {
  const { axis } = n.attrs;
  let start = 0;
  return {
    inputs: n.shapes.map((shape) => {
      const size = shape[axis] as number;
      const attrs = { axis, start, size, step: 1 };
      start += size;
      return () => (n.shapes.length === 1 ? dy : g.add(slice, attrs, [dy]));
    }),
  };
});

const picked = (start: number, size: number, step: number): AxisTaps =>
  Array.from({ length: size }, (_, i): Tap[] => [[start + i * step, 1]]);

export const sliceDerivative = derive(slice, (g, n, dy) => {
  const { axis, start, size, step } = n.attrs;
  return { inputs: [() => backAlong(g, dy, axis, picked(start, size, step), n.shapes[0]?.[axis] as number)] };
});

export const selectDerivative = derive(select, (g, n, dy) => {
  const { axis, index } = n.attrs;
  const input = n.shapes[0] as Shape;
  const kept = input.map((size, i) => (i === axis ? 1 : size));
  return { inputs: [() => backAlong(g, reshaped(g, dy, kept), axis, picked(index, 1, 1), input[axis] as number)] };
});

export const transposeDerivative = derive(transpose, (g, n, dy) => {
  const perm = n.attrs.perm.map((_, axis) => n.attrs.perm.indexOf(axis));
  return { inputs: [() => g.add(transpose, { perm }, [dy])] };
});

export const padDerivative = derive(pad, (g, n, dy) => {
  const { before, mode } = n.attrs;
  const input = n.shapes[0] as Shape;
  return {
    inputs: [
      () =>
        input.reduce((id, size, axis) => {
          const taps = Array.from({ length: n.output[axis] as number }, (_, i): Tap[] => {
            const from = paddedFrom(i, size, before[axis] as number, mode);
            return from < 0 ? [] : [[from, 1]];
          });
          return backAlong(g, id, axis, taps, size);
        }, dy),
    ],
  };
});

export const padChannelsDerivative = derive(padChannels, (g, n, dy) => {
  const size = n.shapes[0]?.at(-1) as number;
  return {
    inputs: [() => (size === n.attrs.channels ? dy : g.add(slice, { axis: 3, start: 0, size, step: 1 }, [dy]))],
  };
});

export const pixelShuffleDerivative = derive(pixelShuffle, (g, n, dy) => {
  const { factor } = n.attrs;
  const [batch, height, width, channels] = n.shapes[0] as MapShape;
  return {
    inputs: [
      () => {
        const apart = reshaped(g, dy, [batch, height, factor, width, factor, channels / factor ** 2]);
        return reshaped(g, g.add(transpose, { perm: [0, 1, 3, 5, 2, 4] }, [apart]), [batch, height, width, channels]);
      },
    ],
  };
});

/** Every element gets the sum of the places that the table fills from it. Operand: dy. */
const rearrangeGradient = formula<{ readonly input: Shape }>({
  name: 'rearrange_gradient',
  shape: (_inputs, { input }) => input,
  params: ([dy]) => ({ index: { shape: dy as Shape, trainable: false } }),
  reference([dy], { index }, { output }) {
    const sums = new Float64Array(elements(output));
    (index as Float32Array).forEach((place, i) => {
      if (place >= 0) sums[place] = (sums[place] as number) + ((dy as Float32Array)[i] as number);
    });
    return numbers(sums);
  },
});

export const rearrangeDerivative = derive(rearrange, (g, n, dy) => ({
  inputs: [() => g.add(rearrangeGradient, { input: n.shapes[0] as Shape }, [dy], { index: n.params.index as string })],
}));

export const constantDerivative = derive(constant, (_g, _n, dy) => ({ inputs: [], params: { value: () => dy } }));

export const prependTokenDerivative = derive(prependToken, (g, n, dy) => {
  const [, tokens, channels] = n.shapes[0] as readonly [number, number, number];
  return {
    inputs: [() => g.add(slice, { axis: 1, start: 1, size: tokens, step: 1 }, [dy])],
    params: {
      cls_token: () => summed(g, g.add(slice, { axis: 1, start: 0, size: 1, step: 1 }, [dy]), [1, 1, channels]),
    },
  };
});

export const positionEmbeddingDerivative = derive(positionEmbedding, (g, n, dy) => ({
  inputs: [() => dy],
  params: { pos_embed: () => summed(g, dy, [1, ...n.output.slice(1)]) },
}));
