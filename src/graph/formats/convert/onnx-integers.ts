// ONNX nodes that make or read integers: QDQ pairs, QLinear operators, and products whose scales are computed while the net runs.
import { convolution as convolutionOf } from '../onnx/kinds/window.ts';
import type { DataType } from '../model/model.ts';
import { affine, binary, unary } from './elementwise.ts';
import { permuted, straight, Unfit, type Val } from './emitter.ts';
import { inSteps, type Steps } from './integers.ts';
import { numberAt } from './integer-products.ts';
import { convolution, dense, extremeOver, globalPool, product } from './maps.ts';
import { joined } from './moves.ts';
import { averaged, shared, windowed } from './onnx-layers.ts';
import type { Context, Rule } from './rule.ts';

/** Integers of ONNX have no scale of their own: whoever reads them names it. */
const stored = ({ id, order, shape, zero }: Val): Val => ({ id, order, shape, zero });

/** The steps that operands `at` and `at` + 1 name. */
const stepsAt = (c: Context, at: number, type: DataType): Steps => ({
  scale: Math.fround(numberAt(c, at)),
  zero: numberAt(c, at + 1),
  type,
});

/** Integers at `at` with the scale and zero point behind them, as real numbers; constants, too. */
function dequantized(c: Context, at: number): Val {
  const [scale, zero] = [Math.fround(numberAt(c, at + 1)), numberAt(c, at + 2)];
  const constant = c.constant(at);
  if (constant) return c.e.constant({ ...constant, data: Float32Array.from(constant.data, (q) => (q - zero) * scale) });
  const x = c.lying(at);
  const shift = (x.zero ?? 0) - zero;
  return { ...affine(c.e, { id: x.id, order: x.order, shape: x.shape }, 1, shift, 'shifted'), scale };
}
const realAt = (c: Context, at: number): Val => {
  const { scale, ...x } = dequantized(c, at);
  return scale === undefined ? x : affine(c.e, x, scale as number, 0, 'scaled');
};

const quantized = (c: Context, val: Val, at: number, type: DataType): Val =>
  stored(inSteps(c.e, val, stepsAt(c, at, type)));

const quantizeLinear: Rule = (c) => [quantized(c, c.lying(0), 1, c.call.has(2) ? c.call.type(2) : 'uint8')];

/** x, sx, zx, w, sw, zw, sy, zy, bias. */
const qLinearConv: Rule = (c) => {
  const { groups, sweep, shape } = convolutionOf(c.call, c.call.shape(0), c.call.shape(3));
  const sums = integerProduct(c, straight(c.call.shape(3).length), 8, (x, weight, bias) =>
    convolution(c.e, x, true, windowed(sweep), groups, weight, shape[1]!, bias),
  );
  return [quantized(c, sums, 6, c.call.type(7))];
};

/** Sums of x (operand 0) by constant integers (operand 3), both with their scales and zero points behind them. */
function integerProduct(
  c: Context,
  order: readonly number[],
  biasAt: number,
  multiply: (x: Val, weight: Float32Array, bias: Float32Array | undefined) => Val,
): Val {
  const { scale, ...x } = dequantized(c, 0);
  if (typeof scale !== 'number') throw new Unfit('multiplies constants');
  const w = c.constant(3) ?? c.fail('has computed filters');
  const [scales, zeros] = [c.vector(4), c.call.has(5) ? c.vector(5) : Float32Array.of(0)];
  const weight = permuted(w, order);
  const outputs = w.shape[order[0]!]!;
  if (scales.length > 1 && scales.length !== outputs) throw new Unfit('has scales along another axis');
  const own = weight.length / outputs;
  const centred = weight.map((q, i) => q - zeros[zeros.length > 1 ? Math.floor(i / own) : 0]!);
  const factor = Float32Array.from({ length: outputs }, (_, o) => scale * scales[scales.length > 1 ? o : 0]!);
  return { ...multiply(x, centred, c.call.has(biasAt) ? c.vector(biasAt) : undefined), scale: factor };
}

const qLinearMatMul: Rule = (c) => {
  const shape = c.call.shape(3);
  if (!c.constant(3) || shape.length !== 2)
    return [quantized(c, product(c.e, realAt(c, 0), realAt(c, 3), false, false), 6, c.call.type(7))];
  const sums = integerProduct(c, [1, 0], -1, (x, weight) => dense(c.e, x, weight, shape[1]!, undefined));
  return [quantized(c, sums, 6, c.call.type(7))];
};

/** a, sa, za, b, sb, zb, bias, sy, zy; without sy the result is float32. */
const qGemm: Rule = (c) => {
  if (c.call.number('transA', 0) !== 0 || c.call.number('alpha', 1) !== 1)
    throw new Unfit('has a transposed first operand or a factor');
  const turned = c.call.number('transB', 0) !== 0;
  const shape = c.call.shape(3);
  const sums = integerProduct(c, turned ? [0, 1] : [1, 0], 6, (x, weight, bias) =>
    dense(c.e, x, weight, shape[turned ? 0 : 1]!, bias),
  );
  return [c.call.has(7) ? quantized(c, sums, 7, c.call.type(8)) : sums];
};

/** x, sx, zx, sy, zy. */
const through =
  (f: (c: Context, x: Val) => Val): Rule =>
  (c) => [quantized(c, f(c, realAt(c, 0)), 3, c.call.has(4) ? c.call.type(4) : c.call.type(0))];

/** a, sa, za, b, sb, zb, sy, zy. */
const between =
  (op: 'add' | 'mul'): Rule =>
  (c) => [
    quantized(c, binary(c.e, op, realAt(c, 0), realAt(c, 3)), 6, c.call.has(7) ? c.call.type(7) : c.call.type(0)),
  ];

/** sy, zy, then (x, sx, zx) for each part. */
const qLinearConcat: Rule = (c) => {
  const parts = c.call.node.inputs.flatMap((_, i) => (i >= 2 && (i - 2) % 3 === 0 ? [realAt(c, i)] : []));
  const axis = c.call.axis(c.call.number('axis', 1), c.shape(0).length);
  return [quantized(c, joined(c.e, parts, axis), 0, c.call.has(1) ? c.call.type(1) : 'uint8')];
};

/** Scale and zero point of what the values span: two extremes, then arithmetic of single numbers. */
const dynamicQuantize: Rule = (c) => {
  const { e } = c;
  const x = c.x(0);
  const axes = straight(x.shape.length);
  const ones = x.shape.map(() => 1);
  const number = (val: Val): Val => ({ id: e.shaped(val.id, ones), order: axes, shape: ones });
  const high = number(unary(e, extremeOver(e, x, axes, true, true), 'relu', {}, 'high'));
  const below = affine(e, extremeOver(e, x, axes, true, false), -1, 0, 'negated');
  const low = number(unary(e, below, 'relu', {}, 'below'));
  const scale = affine(e, binary(e, 'add', high, low), Math.fround(1 / 255), 0, 'scale');
  const inverse = unary(e, scale, 'function', { of: 'reciprocal' }, 'inverse');
  const whole = (val: Val, min: number, max: number): Val => unary(e, val, 'quantize', { scale: 1, min, max }, 'steps');
  const zero = whole(binary(e, 'mul', low, inverse), 0, 255);
  const steps = binary(e, 'add', whole(binary(e, 'mul', x, inverse), -255, 255), zero);
  const flat = (val: Val): Val => ({ id: e.shaped(val.id, [1]), order: [], shape: [] });
  return [{ ...clippedBytes(c, steps), zero: 0 }, flat(scale), { ...flat(zero), zero: 0 }];
};
const clippedBytes = (c: Context, val: Val): Val => unary(c.e, val, 'clip', { min: 0, max: 255 });

/** Integers less a zero point that may be computed. */
function lessZero(c: Context, at: number): Val {
  const x = c.x(0);
  if (!c.call.has(at)) return x;
  const constant = c.constant(at);
  return constant ? affine(c.e, x, 1, -numberAt(c, at)) : binary(c.e, 'sub', x, c.x(at));
}

function constantLessZero(c: Context, order: readonly number[]): Float32Array {
  const weight = permuted(c.constant(1) ?? c.fail('multiplies two computed values'), order);
  const zeros = c.call.has(3) ? c.vector(3) : Float32Array.of(0);
  const own = weight.length / c.call.shape(1)[order[0]!]!;
  return weight.map((q, i) => q - zeros[zeros.length > 1 ? Math.floor(i / own) : 0]!);
}

const convInteger: Rule = (c) => {
  const { groups, sweep, shape } = convolutionOf(c.call, c.call.shape(0), c.call.shape(1));
  const weight = constantLessZero(c, straight(c.call.shape(1).length));
  const sums = convolution(c.e, lessZero(c, 2), true, windowed(sweep), groups, weight, shape[1]!, undefined);
  return [{ ...sums, zero: 0 }];
};

const matMulInteger: Rule = (c) => {
  const shape = c.call.shape(1);
  if (shape.length !== 2) throw new Unfit('multiplies stacks of integers');
  return [{ ...dense(c.e, lessZero(c, 2), constantLessZero(c, [1, 0]), shape[1]!, undefined), zero: 0 }];
};

const rules: Readonly<Record<string, Rule>> = {
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: (c) => [dequantized(c, 0)],
};

const microsoft: Readonly<Record<string, Rule>> = {
  ...rules,
  QLinearAdd: between('add'),
  QLinearMul: between('mul'),
  QLinearSigmoid: through((c, x) => unary(c.e, x, 'sigmoid')),
  QLinearLeakyRelu: through((c, x) => unary(c.e, x, 'leaky_relu', { slope: c.call.number('alpha', 0.01) })),
  QLinearGlobalAveragePool: through((c, x) => globalPool(c.e, x, 'avg')),
  QLinearAveragePool: through((c, x) => averaged(c, x)),
  QLinearSoftmax: through((c, x) => shared(c, x, c.call.number('opset', 13))),
  QLinearConcat: qLinearConcat,
  QGemm: qGemm,
};

export const integerRules: Readonly<Record<string, Rule>> = {
  ...rules,
  QLinearConv: qLinearConv,
  QLinearMatMul: qLinearMatMul,
  DynamicQuantizeLinear: dynamicQuantize,
  ConvInteger: convInteger,
  MatMulInteger: matMulInteger,
  ...Object.fromEntries(Object.entries(microsoft).map(([name, rule]) => [`com.microsoft.${name}`, rule])),
};
