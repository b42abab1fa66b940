// ONNX nodes with weights, windows or reductions as our ops: convolutions, pools, products, norms, shares.
import type { Call } from '../model/call.ts';
import { convolution as convolutionOf, transposed, window as windowOf } from '../onnx/kinds/window.ts';
import { affine, binary, withConstant } from './elementwise.ts';
import { straight, Unfit, type Val } from './emitter.ts';
import { productOf } from './integer-products.ts';
import {
  convolution,
  dense,
  extremeOver,
  layerNorm,
  overChannels,
  pool,
  product,
  reduced,
  softmax,
  type PaddedWindow,
} from './maps.ts';
import { reshaped } from './moves.ts';
import { transposedConvolution } from './transposed.ts';
import type { Context, Rule } from './rule.ts';

export const windowed = (sweep: ReturnType<typeof windowOf>): PaddedWindow => ({
  kernel: sweep.kernel,
  stride: sweep.stride,
  dilation: sweep.dilation,
  pads: [sweep.pads[0], sweep.padsEnd[0], sweep.pads[1], sweep.padsEnd[1]],
});

export const conv: Rule = (c) => {
  const { groups, sweep, shape } = convolutionOf(c.call, c.call.shape(0), c.call.shape(1));
  const order = straight(c.call.shape(1).length);
  return [
    productOf(c, [0, 1, 2], order, ({ x, weight, bias }) =>
      convolution(c.e, x, true, windowed(sweep), groups, weight, shape[1]!, bias),
    ),
  ];
};

export const convTranspose: Rule = (c) => {
  const x = c.x(0);
  const { groups, sweep, shape } = transposed(c.call);
  const [, perGroup, ...sizes] = c.call.shape(1);
  const rank = x.shape.length;
  const [rows = 1, columns = 1] = rank === 3 ? [1, sizes[0]] : sizes;
  const out = (rank === 3 ? [1, shape[2]] : shape.slice(2)) as [number, number];
  const weight = c.vector(1);
  const outputs = perGroup! * groups;
  const inputs = x.shape[1]! / groups;
  // [I, O/groups, KH, KW].
  const at = (o: number, i: number, row: number, column: number): number => {
    const channel = Math.floor(o / perGroup!) * inputs + i;
    return weight[((channel * perGroup! + (o % perGroup!)) * rows + row) * columns + column]!;
  };
  const bias = c.call.has(2) ? c.vector(2) : undefined;
  return [
    transposedConvolution(c.e, x, true, { ...sweep, kernel: [rows, columns], out }, { groups, outputs, at, bias }),
  ];
};

const pooledBy = (c: Context, x: Val, mode: 'avg' | 'max'): Val => {
  const sweep = windowOf(c.call, c.call.shape(0), c.call.list('kernel_shape') ?? []);
  const ceil = c.call.number('ceil_mode', 0) === 1;
  const counted = c.call.number('count_include_pad', 0) === 1;
  return pool(c.e, x, true, mode, windowed(sweep), ceil, counted);
};
export const averaged = (c: Context, x: Val): Val => pooledBy(c, x, 'avg');
export const pooling =
  (mode: 'avg' | 'max'): Rule =>
  (c) =>
    mode === 'max' ? c.keeping(0, (bare) => [pooledBy(c, bare, mode)]) : c.linear(0, (bare) => averaged(c, bare));

export const gemm: Rule = (c) => {
  const [alpha, beta] = [c.call.number('alpha', 1), c.call.number('beta', 1)];
  const [turnedA, turned] = [c.call.number('transA', 0) !== 0, c.call.number('transB', 0) !== 0];
  const bias = c.call.has(2) ? c.constant(2) : undefined;
  const [depth = 0, out = 0] = turned ? [...c.call.shape(1)].reverse() : c.call.shape(1);
  const vector = !bias || (bias.data.length === out && bias.shape.at(-1) === out) || bias.data.length === 1;
  const simple = !turnedA && c.constant(1) !== undefined && vector && (bias !== undefined || !c.call.has(2));
  if (!simple) {
    const made = affine(c.e, product(c.e, c.operand(0), c.operand(1), turnedA, turned), alpha, 0);
    if (!c.call.has(2)) return [made];
    if (!bias) return [binary(c.e, 'add', made, affine(c.e, c.x(2), beta, 0, 'shift'))];
    return [withConstant(c.e, 'add', made, { ...bias, data: Float32Array.from(bias.data, (x) => x * beta) }, false)];
  }
  if (c.call.shape(0).at(-1) !== depth) throw new Unfit('multiplies matrices that do not fit');
  const full = (values: Float32Array): Float32Array =>
    values.length === 1 ? new Float32Array(out).fill(values[0]!) : values;
  const times = (values: Float32Array, factor: number): Float32Array =>
    factor === 1 ? values : values.map((value) => value * factor);
  return [
    productOf(c, [0, 1, 2], turned ? [0, 1] : [1, 0], ({ x, weight, bias: shift }) =>
      dense(c.e, x, times(weight, alpha), out, shift && full(times(shift, beta))),
    ),
  ];
};

export const matMul: Rule = (c) => {
  const shape = c.call.shape(1);
  if (c.constant(1) && shape.length === 2)
    return [productOf(c, [0, 1, 2], [1, 0], ({ x, weight }) => dense(c.e, x, weight, shape[1]!, undefined))];
  return [product(c.e, c.operand(0), c.operand(1), false, false)];
};

/** The decimal that was written: its nearest float32, which the file holds, makes a hair's difference at every element, and deep nets amplify it. */
export function epsilonOf(call: Call): number {
  const stored = call.number('epsilon', 1e-5);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(stored.toPrecision(digits));
    if (Math.fround(short) === Math.fround(stored)) return short;
  }
  return stored;
}

export const batchNorm: Rule = (c) => {
  const [weight, bias, mean, variance] = [1, 2, 3, 4].map((i) => c.vector(i)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const params = { weight, bias, running_mean: mean, running_var: variance };
  return [overChannels(c.e, c.x(0), 'batch_norm', { eps: epsilonOf(c.call) }, params)];
};

export const groupNorm =
  (groupsOf: (call: Call) => number): Rule =>
  (c) => {
    const groups = groupsOf(c.call);
    const channels = c.x(0).shape[1]!;
    const spread = (values: Float32Array): Float32Array =>
      values.length === channels
        ? values
        : Float32Array.from({ length: channels }, (_, i) => values[Math.floor(i / (channels / groups))]!);
    const params = { weight: spread(c.vector(1)), bias: spread(c.vector(2)) };
    return [overChannels(c.e, c.x(0), 'group_norm', { groups, eps: epsilonOf(c.call) }, params)];
  };

export const norm: Rule = (c) => {
  const axis = c.call.axis(c.call.number('axis', -1), c.x(0).shape.length);
  return [layerNorm(c.e, c.x(0), axis, epsilonOf(c.call), c.constant(1), c.call.has(2) ? c.constant(2) : undefined)];
};

/** Shares along an axis; before opset 13 along all axes from `axis` on. */
export function shared(c: Context, x: Val, opset: number, log = false): Val {
  const old = opset < 13;
  const axis = c.call.axis(c.call.number('axis', old ? 1 : -1), x.shape.length);
  if (!old || axis === x.shape.length - 1) return softmax(c.e, x, axis, log);
  const rows = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const columns = x.shape.slice(axis).reduce((a, b) => a * b, 1);
  return reshaped(c.e, softmax(c.e, reshaped(c.e, x, [rows, columns]), 1, log), x.shape);
}
export const shares =
  (log: boolean): Rule =>
  (c) => [shared(c, c.x(0), c.call.opset, log)];

/** Axes of a reduction, an operand since opset `since`; none where the node does nothing. */
export function reductionAxes(
  c: Context,
  since: number,
): { readonly axes?: readonly number[]; readonly keep: boolean } {
  const rank = c.call.shape(0).length;
  const given = c.call.opset >= since ? (c.call.has(1) ? c.call.constants(1) : undefined) : c.call.list('axes');
  const keep = c.call.number('keepdims', 1) !== 0;
  if (!given?.length && c.call.number('noop_with_empty_axes', 0) === 1) return { keep };
  return { axes: given?.length ? c.call.axes(given, rank) : straight(rank), keep };
}

export const reduction =
  (mode: 'mean' | 'sum' | 'max' | 'min', since: number): Rule =>
  (c) => {
    const { axes, keep } = reductionAxes(c, since);
    if (!axes) return [c.x(0)];
    if (mode === 'max' || mode === 'min') return c.keeping(0, (x) => [extremeOver(c.e, x, axes, keep, mode === 'max')]);
    return c.linear(0, (x) => reduced(c.e, x, axes, keep, mode));
  };
