// What each kind of ONNX node becomes: one entry a kind, said with the pieces that both formats share.
import type { Tensor } from '../model/tensor.ts';
import { resizePlan, resizeRule } from '../onnx/kinds/resampling.ts';
import {
  affine,
  binary,
  extreme,
  extremeOfConstant,
  hardSigmoid,
  largest,
  prelu,
  unary,
  withConstant,
} from './elementwise.ts';
import { straight } from './emitter.ts';
import { bounded } from './integers.ts';
import { globalPool } from './maps.ts';
import { moved, reshaped } from './moves.ts';
import {
  batchNorm,
  conv,
  convTranspose,
  gemm,
  groupNorm,
  matMul,
  norm,
  pooling,
  reduction,
  shares,
} from './onnx-layers.ts';
import { furtherRules } from './onnx-further.ts';
import { logicRules } from './logic.ts';
import { integerRules } from './onnx-integers.ts';
import { isPlain, resampled } from './resampled.ts';
import type { Context, Rule } from './rule.ts';
import { arithmeticRule, func, one } from './simple-rules.ts';

const inverse = (tensor: Tensor): Tensor => ({
  ...tensor,
  type: 'float32',
  data: Float32Array.from(tensor.data, (y) => 1 / y),
});

const divide: Rule = (c) => {
  const [a, b] = [c.constant(0), c.constant(1)];
  if (b) return [withConstant(c.e, 'mul', c.x(0), inverse(b), false)];
  const below = unary(c.e, c.x(1), 'function', { of: 'reciprocal' }, 'reciprocal');
  return [a ? withConstant(c.e, 'mul', below, a, true) : binary(c.e, 'mul', c.x(0), below)];
};

/** Max and Min of any number of operands; numbers are bounds. */
const extremes =
  (larger: boolean): Rule =>
  (c) => {
    const operands = c.call.node.inputs.map((_, i) => i);
    const bounds = operands.flatMap((i) => c.constant(i) ?? []);
    const values = operands.filter((i) => !c.constant(i)).map((i) => c.x(i));
    const most = values.slice(1).reduce((a, b) => extreme(c.e, a, b, larger), values[0]!);
    return [bounds.reduce((result, bound) => extremeOfConstant(c.e, result, bound, larger), most)];
  };

const sum: Rule = (c) => {
  const values = c.call.node.inputs.map((_, i) => c.operand(i));
  return [values.slice(1).reduce((a, b) => binary(c.e, 'add', a, b), values[0]!)];
};

const move: Rule = (c) => c.keeping(0, (x) => moved(c.e, c.kind, c.call, 0, x));
/** Shape is known; row-major order stays. */
const view: Rule = (c) => c.keeping(0, (x) => [reshaped(c.e, x, c.shape(0))]);

const transpose: Rule = (c) => {
  const perm = c.call.list('perm') ?? straight(c.call.shape(0).length).reverse();
  // Nothing moves: the axes of the node are other axes of the file now.
  return c.keeping(0, ({ id, order, shape }) => [
    { id, order: order.map((axis) => perm.indexOf(axis)), shape: perm.map((axis) => shape[axis]!) },
  ]);
};

const padding: Rule = (c) => {
  const rank = c.call.shape(0).length;
  const shape = c.shape(0);
  const given = c.call.opset >= 11 ? c.call.constants(1) : (c.call.list('pads') ?? c.call.list('paddings') ?? []);
  const axes = c.call.opset >= 18 && c.call.has(3) ? c.call.axes(c.call.constants(3), rank) : straight(rank);
  const before = straight(rank).map((axis) => (axes.includes(axis) ? given[axes.indexOf(axis)]! : 0));
  const value = c.call.opset >= 11 ? (c.call.has(2) ? (c.vector(2)[0] ?? 0) : 0) : c.call.number('value', 0);
  return c.keeping(0, (x) => [
    c.padded(x, before, shape, c.call.text('mode', 'constant'), value - (c.lying(0).zero ?? 0)),
  ]);
};

const resize: Rule = (c) => {
  const rule = resizeRule(c.call);
  const { axes, shape } = resizePlan(c.call);
  // Which pixel is nearest is asked of the node itself.
  if (rule.mode === 'nearest') return move(c);
  const x = c.call.shape(0);
  const changed = axes.filter(({ axis, size }) => size !== x[axis]);
  const plain = rule.mode === 'linear' && !rule.antialias && isPlain(x, changed, rule);
  const maps = x.length === 4 && changed.every(({ axis }) => axis >= 2);
  if (plain && maps) return c.linear(0, (bare) => c.bilinear(bare, [0, 2, 3, 1], shape, rule.coordinates));
  return c.linear(0, (bare) => resampled(c.e, bare, axes, rule));
};

const swish: Rule = (c) => {
  const alpha = c.call.number('alpha', c.call.node.kind === 'com.microsoft.QuickGelu' ? 1.702 : 1);
  const x = c.x(0);
  return alpha === 1
    ? [unary(c.e, x, 'swish')]
    : [binary(c.e, 'mul', x, unary(c.e, affine(c.e, x, alpha, 0, 'scaled'), 'sigmoid', {}, 'gate'))];
};

const bound = (c: Context, index: number, name: string, otherwise: number): number =>
  c.call.has(index) ? (c.vector(index)[0] ?? otherwise) : c.call.number(name, otherwise);

export const onnxRules: Readonly<Record<string, Rule>> = {
  ...integerRules,
  ...logicRules,
  ...furtherRules,
  Identity: (c) => [c.lying(0)],
  Dropout: (c) => [c.lying(0)],
  Relu: (c) => [bounded(c.e, c.lying(0), 0, Infinity)],
  Sigmoid: one('sigmoid'),
  Tanh: one('tanh'),
  HardSwish: one('hswish'),
  HardSigmoid: (c) => [hardSigmoid(c.e, c.x(0), c.call.number('alpha', 0.2), c.call.number('beta', 0.5))],
  LeakyRelu: (c) => [unary(c.e, c.x(0), 'leaky_relu', { slope: c.call.number('alpha', 0.01) })],
  PRelu: (c) => [prelu(c.e, c.x(0), c.constant(1) ?? c.fail('has computed slopes'))],
  Swish: swish,
  'com.microsoft.QuickGelu': swish,
  Gelu: (c) => [unary(c.e, c.x(0), c.call.text('approximate', 'none') === 'tanh' ? 'gelu_tanh' : 'gelu')],
  'com.microsoft.Gelu': one('gelu'),
  Mish: (c) => {
    const x = c.x(0);
    return [
      binary(c.e, 'mul', x, unary(c.e, unary(c.e, x, 'function', { of: 'softplus' }, 'softplus'), 'tanh', {}, 'tanh')),
    ];
  },
  Clip: (c) => [bounded(c.e, c.lying(0), bound(c, 1, 'min', -Infinity), bound(c, 2, 'max', Infinity))],
  Exp: func('exp'),
  Log: func('log'),
  Sqrt: func('sqrt'),
  Reciprocal: func('reciprocal'),
  Abs: func('abs'),
  Floor: func('floor'),
  Ceil: func('ceil'),
  Round: (c) => [unary(c.e, c.x(0), 'quantize', { scale: 1, min: -largest, max: largest })],
  Softplus: func('softplus'),
  Erf: func('erf'),
  Neg: (c) => [affine(c.e, c.x(0), -1, 0)],
  Add: arithmeticRule('add'),
  Sub: arithmeticRule('sub'),
  Mul: arithmeticRule('mul'),
  Div: divide,
  Max: extremes(true),
  Min: extremes(false),
  Sum: sum,
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: pooling('max'),
  AveragePool: pooling('avg'),
  GlobalAveragePool: (c) => c.linear(0, (x) => globalPool(c.e, x, 'avg')),
  GlobalMaxPool: (c) => c.keeping(0, (x) => [globalPool(c.e, x, 'max')]),
  Gemm: gemm,
  MatMul: matMul,
  BatchNormalization: batchNorm,
  InstanceNormalization: groupNorm((call) => call.shape(0)[1] ?? 1),
  GroupNormalization: groupNorm((call) => call.number('num_groups', 1)),
  LayerNormalization: norm,
  Softmax: shares(false),
  LogSoftmax: shares(true),
  ReduceMean: reduction('mean', 18),
  ReduceSum: reduction('sum', 13),
  ReduceMax: reduction('max', 18),
  ReduceMin: reduction('min', 18),
  Reshape: view,
  Flatten: view,
  Squeeze: view,
  Unsqueeze: view,
  Transpose: transpose,
  Concat: (c) => [c.joined(c.call.axis(c.call.number('axis', 1), c.shape(0).length))],
  Slice: move,
  Split: move,
  Gather: move,
  GatherElements: move,
  GatherND: move,
  DepthToSpace: move,
  SpaceToDepth: move,
  Tile: move,
  Expand: move,
  Pad: padding,
  Resize: resize,
  Upsample: resize,
};
