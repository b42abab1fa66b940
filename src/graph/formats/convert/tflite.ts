// What each kind of TFLite operator becomes: maps are channel-last already, activations are fused, padding is named.
import { layout, sweep, transposedLayout } from '../tflite/kinds/window.ts';
import {
  affine,
  binary,
  extreme,
  extremeOfConstant,
  prelu,
  unary,
  withConstant,
  type BinaryOp,
} from './elementwise.ts';
import type { Val } from './emitter.ts';
import { productOf } from './integer-products.ts';
import { bounded, realOf } from './integers.ts';
import { power } from './functions.ts';
import { tfliteLogicRules } from './logic.ts';
import { convolution, dense, extremeOver, pool, product, reduced, softmax, type Pads } from './maps.ts';
import { joined, moved, reshaped } from './moves.ts';
import type { Context, Rule } from './rule.ts';
import { tfliteFurther } from './tflite-further.ts';
import { transposedConvolution } from './transposed.ts';
import { arithmeticRule, func, one } from './simple-rules.ts';

/** The fused activation of a result. */
function activated(c: Context, x: Val): Val {
  const name = c.call.text('activation', 'NONE');
  switch (name) {
    case 'NONE':
      return x;
    case 'RELU':
      return bounded(c.e, x, 0, Infinity);
    case 'RELU6':
      return bounded(c.e, x, 0, 6);
    case 'RELU_N1_TO_1':
      return bounded(c.e, x, -1, 1);
    case 'TANH':
      return unary(c.e, realOf(c.e, x), 'tanh', {}, 'activation');
    default:
      return c.fail(`has the fused activation ${name}`);
  }
}

const arithmetic = (op: BinaryOp): Rule => arithmeticRule(op, activated);

const divide: Rule = (c) => {
  const b = c.constant(1);
  if (b) {
    const inverse = { ...b, data: Float32Array.from(b.data, (y) => 1 / y) };
    return [activated(c, withConstant(c.e, 'mul', c.x(0), inverse, false))];
  }
  const below = unary(c.e, c.x(1), 'function', { of: 'reciprocal' }, 'reciprocal');
  const a = c.constant(0);
  return [activated(c, a ? withConstant(c.e, 'mul', below, a, true) : binary(c.e, 'mul', c.x(0), below))];
};

const extremes =
  (larger: boolean): Rule =>
  (c) => {
    const at = [0, 1].find((i) => c.constant(i));
    if (at === undefined) return [extreme(c.e, c.x(0), c.x(1), larger)];
    return [extremeOfConstant(c.e, c.x(1 - at), c.constant(at)!, larger)];
  };

/** Padding before and after rows and columns: SAME puts what is odd at the end. */
function padsOf(c: Context, x: readonly number[], kernel: readonly [number, number]) {
  const { stride, dilation, pads, out } = sweep(c.call, x, kernel);
  const after = ([0, 1] as const).map((i) =>
    c.call.text('padding', 'SAME') === 'SAME'
      ? Math.max(0, (out[i] - 1) * stride[i] + (kernel[i] - 1) * dilation[i] + 1 - x[1 + i]! - pads[i])
      : 0,
  ) as [number, number];
  return { kernel, stride, dilation, pads: [pads[0], after[0], pads[1], after[1]] as Pads };
}

const conv =
  (depthwise: boolean): Rule =>
  (c) => {
    const { groups, outputs } = layout(c.call, depthwise);
    const [, rows, columns] = c.call.shape(1);
    const window = padsOf(c, c.call.shape(0), [rows!, columns!]);
    // [O, KH, KW, I], or [1, KH, KW, O] where depthwise.
    const order = depthwise ? [3, 0, 1, 2] : [0, 3, 1, 2];
    const made = productOf(c, [0, 1, 2], order, ({ x, weight, bias }) =>
      convolution(c.e, x, false, window, groups, weight, outputs, bias),
    );
    return [activated(c, made)];
  };

const transposedConv =
  (custom: boolean): Rule =>
  (c) => {
    const { xAt, wAt, bAt, w, shape, sweep: swept } = transposedLayout(custom)(c.call);
    const weight = c.vector(wAt);
    const [outputs, rows, columns, inputs] = w;
    const at = (o: number, i: number, row: number, column: number): number =>
      weight[((o * rows + row) * columns + column) * inputs + i]!;
    const window = { ...swept, kernel: [rows, columns] as const, out: [shape[1]!, shape[2]!] as const };
    const bias = c.call.has(bAt) ? c.vector(bAt) : undefined;
    return [activated(c, transposedConvolution(c.e, c.x(xAt), false, window, { groups: 1, outputs, at, bias }))];
  };

const pooling =
  (mode: 'avg' | 'max'): Rule =>
  (c) => {
    const kernel = [c.call.number('filter_height', 0), c.call.number('filter_width', 0)] as const;
    const window = { ...padsOf(c, c.call.shape(0), kernel), dilation: [1, 1] as const };
    const pooled = (x: Val): Val => pool(c.e, x, false, mode, window, false, false);
    const made = mode === 'max' ? c.keeping(0, (x) => [pooled(x)]) : c.linear(0, pooled);
    return made.map((val) => activated(c, val));
  };

const connected: Rule = (c) => {
  const [out = 0, inner = 1] = c.call.shape(1);
  const made = productOf(c, [0, 1, 2], [0, 1], ({ x, weight, bias }) => {
    const rows = x.shape.reduce((a, b) => a * b, 1) / inner;
    const flat = x.shape.at(-1) === inner ? x : reshaped(c.e, x, [rows, inner]);
    return reshaped(c.e, dense(c.e, flat, weight, out, bias), c.shape(0));
  });
  return [activated(c, made)];
};

const reduction =
  (mode: 'mean' | 'sum' | 'max' | 'min'): Rule =>
  (c) => {
    const axes = [...new Set(c.call.constants(1).map((axis) => c.call.axis(axis, c.call.shape(0).length)))];
    const keep = c.call.number('keep_dims', 0) === 1;
    if (mode === 'max' || mode === 'min') return c.keeping(0, (x) => [extremeOver(c.e, x, axes, keep, mode === 'max')]);
    return c.linear(0, (x) => reduced(c.e, x, axes, keep, mode));
  };

const move =
  (from = 0): Rule =>
  (c) =>
    c.keeping(from, (x) => moved(c.e, c.kind, c.call, from, x));
const view: Rule = (c) => c.keeping(0, (x) => [reshaped(c.e, x, c.shape(0))]);

const transpose: Rule = (c) => {
  const perm = c.call.constants(1).map((axis) => c.call.axis(axis, c.call.shape(0).length));
  return c.keeping(0, ({ id, order, shape }) => [
    { id, order: order.map((axis) => perm.indexOf(axis)), shape: perm.map((axis) => shape[axis]!) },
  ]);
};

const padding =
  (mode: string): Rule =>
  (c) => {
    const pads = c.call.constants(1);
    const before = c.call.shape(0).map((_, axis) => pads[2 * axis]!);
    const { scale } = c.lying(0);
    const value = c.call.node.kind === 'PADV2' ? (c.vector(2)[0] ?? 0) / (typeof scale === 'number' ? scale : 1) : 0;
    const rule = mode === 'mirror' ? (c.call.number('mode', 0) === 0 ? 'reflect' : 'symmetric') : mode;
    return c.keeping(0, (x) => [c.padded(x, before, c.shape(0), rule, value)]);
  };

const packed: Rule = (c) => {
  const shape = c.shape(0);
  const axis = c.call.axis(c.call.number('axis', 0), shape.length);
  const unit = shape.map((size, i) => (i === axis ? 1 : size));
  const parts = c.call.node.inputs.map((_, i) => reshaped(c.e, c.operand(i), unit));
  return [joined(c.e, parts, axis)];
};

export const tfliteRules: Readonly<Record<string, Rule>> = {
  ...tfliteLogicRules,
  ...tfliteFurther,
  CONV_2D: conv(false),
  DEPTHWISE_CONV_2D: conv(true),
  TRANSPOSE_CONV: transposedConv(false),
  'CUSTOM:Convolution2DTransposeBias': transposedConv(true),
  AVERAGE_POOL_2D: pooling('avg'),
  MAX_POOL_2D: pooling('max'),
  FULLY_CONNECTED: connected,
  ADD: arithmetic('add'),
  SUB: arithmetic('sub'),
  MUL: arithmetic('mul'),
  DIV: divide,
  MAXIMUM: extremes(true),
  MINIMUM: extremes(false),
  SQUARED_DIFFERENCE: (c) => {
    const b = c.constant(1);
    const difference = b ? withConstant(c.e, 'sub', c.x(0), b, false) : binary(c.e, 'sub', c.x(0), c.x(1));
    return [unary(c.e, difference, 'function', { of: 'square' })];
  },
  RELU: one('relu'),
  RELU6: one('relu6'),
  RELU_N1_TO_1: one('clip', { min: -1, max: 1 }),
  RELU_0_TO_1: one('clip', { min: 0, max: 1 }),
  LOGISTIC: one('sigmoid'),
  TANH: one('tanh'),
  HARD_SWISH: one('hswish'),
  GELU: (c) => [unary(c.e, c.x(0), c.call.number('approximate', 0) === 1 ? 'gelu_tanh' : 'gelu')],
  LEAKY_RELU: (c) => [unary(c.e, c.x(0), 'leaky_relu', { slope: c.call.number('alpha', 0) })],
  PRELU: (c) => [prelu(c.e, c.x(0), c.constant(1) ?? c.fail('has computed slopes'))],
  ABS: func('abs'),
  NEG: (c) => [affine(c.e, c.x(0), -1, 0)],
  CEIL: func('ceil'),
  FLOOR: func('floor'),
  SQRT: func('sqrt'),
  RSQRT: (c) => [power(c.e, c.x(0), -0.5)],
  SQUARE: func('square'),
  EXP: func('exp'),
  LOG: func('log'),
  SOFTMAX: (c) => {
    const x = affine(c.e, c.x(0), c.call.number('beta', 1), 0, 'beta');
    return [softmax(c.e, x, x.shape.length - 1, false)];
  },
  LOG_SOFTMAX: (c) => [softmax(c.e, c.x(0), c.x(0).shape.length - 1, true)],
  MEAN: reduction('mean'),
  SUM: reduction('sum'),
  REDUCE_MAX: reduction('max'),
  REDUCE_MIN: reduction('min'),
  BATCH_MATMUL: (c) => [
    product(c.e, c.operand(0), c.operand(1), c.call.number('adj_x', 0) === 1, c.call.number('adj_y', 0) === 1),
  ],
  CONCATENATION: (c) => [activated(c, c.joined(c.call.axis(c.call.number('axis', 0), c.shape(0).length)))],
  PACK: packed,
  RESHAPE: view,
  SQUEEZE: view,
  EXPAND_DIMS: view,
  TRANSPOSE: transpose,
  PAD: padding('constant'),
  PADV2: padding('constant'),
  MIRROR_PAD: padding('mirror'),
  SLICE: move(),
  STRIDED_SLICE: move(),
  SPLIT: move(1),
  SPLIT_V: move(),
  UNPACK: move(),
  GATHER: move(),
  TILE: move(),
  BROADCAST_TO: move(),
  DEPTH_TO_SPACE: move(),
  SPACE_TO_DEPTH: move(),
  SPACE_TO_BATCH_ND: move(),
  BATCH_TO_SPACE_ND: move(),
  RESIZE_NEAREST_NEIGHBOR: move(),
  // What the result is stored as is applied to every result.
  QUANTIZE: (c) => [c.lying(0)],
  DEQUANTIZE: (c) => [{ ...c.lying(0), zero: undefined }],
};
