// Derivatives of convolutions and linear layers: the taps turned round for the input, outer products summed over all pixels for the weight.
import { elements, type Shape } from '../op.ts';
import { channelLast, conv2d, tapOffsets } from '../ops/conv2d.ts';
import type { Conv2dAttrs } from '../ops/convolution.ts';
import { concat } from '../ops/layout.ts';
import { linear } from '../ops/linear.ts';
import { mixedConv2d, mixedParts } from '../ops/mixed-conv2d.ts';
import type { MapShape } from '../ops/operands.ts';
import { slice } from '../ops/slice.ts';
import { numbers } from '../numbers.ts';
import { derive, formula, type GradientBuilder } from './gradient.ts';
import { outerSums, scatterBack, type Reads } from './product-sums.ts';
import { summed } from './reduce.ts';

/** A convolution and the map that it read. */
export interface ConvolutionOf extends Conv2dAttrs {
  readonly input: Shape;
}

function readsOf(a: ConvolutionOf, output: Shape): Reads {
  const offsets = tapOffsets({ input: a.input as MapShape, output: output as MapShape, a });
  const taps = a.kernel[0] * a.kernel[1];
  return { offsets, taps, groups: a.groups, groupIn: (a.input[3] as number) / a.groups, groupOut: a.out / a.groups };
}

/** `[out][tap][c]` → `[out][c][tap]`, the checkpoint's OIHW. */
function channelFirst(sums: Float64Array, outs: number, depth: number, taps: number): Float32Array {
  const result = numbers(sums.length);
  let to = 0;
  for (let o = 0; o < outs; o++)
    for (let c = 0; c < depth; c++)
      for (let tap = 0; tap < taps; tap++) result[to++] = sums[(o * taps + tap) * depth + c] as number;
  return result;
}

const weightShape = (a: ConvolutionOf): Shape => [a.out, (a.input[3] as number) / a.groups, ...a.kernel];
const macs = ([dy]: readonly Shape[], a: ConvolutionOf): number =>
  (elements(dy?.length === 4 ? dy : []) * (a.input[3] as number) * a.kernel[0] * a.kernel[1]) / a.groups;

/** Operand: dy. */
export const convInputGradient = formula<ConvolutionOf>({
  name: 'conv2d_input_gradient',
  shape: (_inputs, a) => a.input,
  params: (_inputs, a) => ({ weight: { shape: weightShape(a), trainable: true } }),
  macs,
  reference([dy], { weight }, { inputs: [output], attrs: a }) {
    const reads = readsOf(a, output as Shape);
    const weights = channelLast(weight as Float32Array, a.out, reads.groupIn, reads.taps);
    return numbers(scatterBack(dy as Float32Array, weights, reads, elements(a.input)));
  },
});

/** Operands: dy and x. */
export const convWeightGradient = formula<ConvolutionOf>({
  name: 'conv2d_weight_gradient',
  shape: (_inputs, a) => weightShape(a),
  macs,
  reference([dy, x], _params, { inputs: [output], attrs: a }) {
    const reads = readsOf(a, output as Shape);
    return channelFirst(outerSums(x as Float32Array, dy as Float32Array, reads), a.out, reads.groupIn, reads.taps);
  },
});

const rows = (dy: Float32Array, out: number, depth: number): Reads => {
  const offsets = Int32Array.from({ length: dy.length / out }, (_, row) => row * depth);
  return { offsets, taps: 1, groups: 1, groupIn: depth, groupOut: out };
};

/** Operand: dy `[…, out]`. */
export const linearInputGradient = formula<{ readonly depth: number }>({
  name: 'linear_input_gradient',
  shape: ([dy], { depth }) => [...(dy as Shape).slice(0, -1), depth],
  params: ([dy], { depth }) => ({ weight: { shape: [dy?.at(-1) as number, depth], trainable: true } }),
  macs: ([dy], { depth }) => elements(dy as Shape) * depth,
  reference([dy], { weight }, { inputs: [given], output, attrs: { depth } }) {
    const reads = rows(dy as Float32Array, given?.at(-1) as number, depth);
    return numbers(scatterBack(dy as Float32Array, new Float64Array(weight as Float32Array), reads, elements(output)));
  },
});

/** Operands: dy `[…, out]` and x `[…, depth]`. */
export const linearWeightGradient = formula<Record<never, never>>({
  name: 'linear_weight_gradient',
  shape: ([dy, x]) => [dy?.at(-1) as number, x?.at(-1) as number],
  macs: ([dy, x]) => elements(dy as Shape) * (x?.at(-1) as number),
  reference: ([dy, x], _params, { output: [out, depth] }) =>
    numbers(outerSums(x as Float32Array, dy as Float32Array, rows(dy as Float32Array, out as number, depth as number))),
});

export const conv2dDerivative = derive(conv2d, (g, n, dy) => {
  const attrs: ConvolutionOf = { ...n.attrs, input: n.shapes[0] as Shape };
  const { weight } = n.params as { weight: string };
  return {
    inputs: [() => g.add(convInputGradient, attrs, [dy], { weight })],
    params: {
      weight: () => g.add(convWeightGradient, attrs, [dy, n.inputs[0] as string]),
      bias: () => summed(g, dy, [attrs.out]),
    },
  };
});

export const linearDerivative = derive(linear, (g, n, dy) => ({
  inputs: [
    () =>
      g.add(linearInputGradient, { depth: n.shapes[0]?.at(-1) as number }, [dy], { weight: n.params.weight as string }),
  ],
  params: {
    weight: () => g.add(linearWeightGradient, {}, [dy, n.inputs[0] as string]),
    bias: () => summed(g, dy, [n.attrs.out]),
  },
}));

/** Channels `start` … of a map; the map itself where that is all of them. */
const channels = (g: GradientBuilder, id: string, start: number, size: number): string =>
  g.shape(id)[3] === size ? id : g.add(slice, { axis: 3, start, size, step: 1 }, [id]);

export const mixedConv2dDerivative = derive(mixedConv2d, (g, n, dy) => {
  const [input] = n.shapes as [Shape];
  const parts = mixedParts(n.attrs).map((part, index) => ({
    ...part,
    role: `${index}.weight`,
    attrs: { ...part.attrs, input: [...input.slice(0, 3), part.channelsIn] },
    dy: () => channels(g, dy, part.firstOut, part.attrs.out),
  }));
  return {
    inputs: [
      () => {
        const pieces = parts.map(({ attrs, role, dy: own }) =>
          g.add(convInputGradient, attrs, [own()], { weight: n.params[role] as string }),
        );
        return pieces.length === 1 ? (pieces[0] as string) : g.add(concat, { axis: 3 }, pieces);
      },
    ],
    params: Object.fromEntries(
      parts.map(({ attrs, role, firstIn, channelsIn, dy: own }) => [
        role,
        () => g.add(convWeightGradient, attrs, [own(), channels(g, n.inputs[0] as string, firstIn, channelsIn)]),
      ]),
    ),
  };
});
