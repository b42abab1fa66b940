// ONNX nodes that mobile nets have now and then: further activations, powers, norms, reductions and casts as sums of what our ops say.
import { isFloatType } from '../model/tensor.ts';
import { affine, binary, clipped, unary, withConstant } from './elementwise.ts';
import { straight, type Emitter, type Val, madeUp } from './emitter.ts';
import { exponentialUnit, power, powers, powersOf, softSign, truncated } from './functions.ts';
import { positive, apart } from './logic.ts';
import { extremeOver, reduced } from './maps.ts';
import { reductionAxes, epsilonOf } from './onnx-layers.ts';
import type { Context, Rule } from './rule.ts';

const fn = (e: Emitter, x: Val, of: string, hint = ''): Val => unary(e, x, 'function', { of }, hint);

const pow: Rule = (c) => {
  const [base, exponent] = [c.constant(0), c.constant(1)];
  if (base) return [powersOf(c.e, base, c.x(1))];
  if (exponent?.data.length === 1 && exponent.shape.length <= c.x(0).shape.length)
    return [power(c.e, c.x(0), exponent.data[0]!)];
  return [powers(c.e, c.x(0), exponent ?? c.x(1))];
};

/** What is left of a fraction, or a truth, where the result is no float. */
const cast: Rule = (c) => {
  const [info] = c.kind.infer(c.call);
  const from = c.call.type(0);
  if (!info || isFloatType(info.type)) return [c.x(0)];
  if (info.type === 'bool') return [from === 'bool' ? c.lying(0) : apart(c.e, c.x(0))];
  return [isFloatType(from) ? truncated(c.e, c.x(0)) : c.x(0)];
};

const alpha = (c: Context, otherwise: number): number => c.call.number('alpha', otherwise);

/** Sum over axes of what `before` makes of each element, and what `after` makes of the sum. */
const folded =
  (before: (c: Context, x: Val) => Val, after: (c: Context, sum: Val) => Val): Rule =>
  (c) => {
    const { axes, keep } = reductionAxes(c, 18);
    const each = before(c, c.x(0));
    return [after(c, axes ? reduced(c.e, each, axes, keep, 'sum') : each)];
  };
const asIs = (_: Context, x: Val): Val => x;
const abs = (c: Context, x: Val): Val => fn(c.e, x, 'abs', 'abs');
const square = (c: Context, x: Val): Val => fn(c.e, x, 'square', 'square');

/** ln Σ e^(x − max) + max. */
const logSumExp: Rule = (c) => {
  const { axes, keep } = reductionAxes(c, 18);
  const x = c.x(0);
  if (!axes) return [x];
  const most = extremeOver(c.e, x, axes, true, true);
  const sum = reduced(c.e, fn(c.e, binary(c.e, 'sub', x, most), 'exp', 'exp'), axes, keep, 'sum');
  return [binary(c.e, 'add', fn(c.e, sum, 'log', 'log'), keep ? most : extremeOver(c.e, x, axes, false, true))];
};

/** x over the length of each of its vectors along an axis. */
const lpNorm: Rule = (c) => {
  const x = c.x(0);
  const axis = c.call.axis(c.call.number('axis', -1), x.shape.length);
  const euclidean = c.call.number('p', 2) === 2;
  const sum = reduced(c.e, (euclidean ? square : abs)(c, x), [axis], true, 'sum');
  const above = clipped(c.e, euclidean ? fn(c.e, sum, 'sqrt', 'length') : sum, 2 ** -100, Infinity);
  return [binary(c.e, 'mul', x, fn(c.e, above, 'reciprocal', 'inverse'))];
};

/** x / √(mean x² + ε) · scale over the axes from `axis` on. */
const rmsNorm: Rule = (c) => {
  const x = c.x(0);
  const axis = c.call.axis(c.call.number('axis', -1), x.shape.length);
  const axes = straight(x.shape.length).slice(axis);
  const mean = reduced(c.e, square(c, x), axes, true, 'mean');
  const shifted = affine(c.e, mean, 1, epsilonOf(c.call), 'shifted');
  const normed = binary(c.e, 'mul', x, fn(c.e, fn(c.e, shifted, 'sqrt', 'root'), 'reciprocal', 'inverse'));
  return [withConstant(c.e, 'mul', normed, c.constant(1) ?? c.fail('has computed scales'), false)];
};

/** x / (bias + α / size · Σ over neighbouring channels of x²)^β: the sum is a product with a band of ones. */
const localResponse: Rule = (c) => {
  const x = c.x(0);
  const size = c.call.number('size', 1);
  const channels = x.shape[1]!;
  const order = [0, ...straight(x.shape.length).slice(2), 1];
  const weight = madeUp(channels * channels);
  const factor = alpha(c, 1e-4) / size;
  for (let o = 0; o < channels; o++)
    for (let i = o - Math.floor((size - 1) / 2); i <= o + Math.ceil((size - 1) / 2); i++)
      if (i >= 0 && i < channels) weight[o * channels + i] = factor;
  const squares = square(c, { id: c.e.inOrder(x, order), order, shape: x.shape });
  const sum = c.e.add('linear', { out: channels, bias: false }, [squares.id], { weight }, 'neighbours');
  const shifted = affine(c.e, { ...squares, id: sum }, 1, c.call.number('bias', 1), 'shifted');
  return [binary(c.e, 'mul', x, power(c.e, shifted, -c.call.number('beta', 0.75)))];
};

const mean: Rule = (c) => {
  const values = c.call.node.inputs.map((_, i) => c.operand(i));
  const sum = values.slice(1).reduce((a, b) => binary(c.e, 'add', a, b), values[0]!);
  return [affine(c.e, sum, 1 / values.length, 0)];
};

const sign: Rule = (c) => {
  const x = c.x(0);
  const below = affine(c.e, positive(c.e, affine(c.e, x, -1, 0, 'negative')), -1, 0, 'below');
  return [binary(c.e, 'add', positive(c.e, x), below)];
};

/** One of two truths and not the other: how far they are apart. */
const oneOfTwo: Rule = (c) => [fn(c.e, binary(c.e, 'sub', c.operand(0), c.operand(1)), 'abs')];

/** Sums up to each place of an axis: a product with a triangle of ones. */
export const runningSum: Rule = (c) => {
  const x = c.x(0);
  const axis = c.call.axis(c.call.constants(1)[0] ?? 0, x.shape.length);
  const count = x.shape[axis]!;
  if (count > 4096) return c.fail(`sums along ${count} places`);
  const [exclusive, reversed] = [c.call.number('exclusive', 0) === 1, c.call.number('reverse', 0) === 1];
  const weight = new Float32Array(count * count);
  for (let o = 0; o < count; o++)
    for (let i = 0; i < count; i++)
      if ((reversed ? i > o : i < o) || (i === o && !exclusive)) weight[o * count + i] = 1;
  const order = [...straight(x.shape.length).filter((other) => other !== axis), axis];
  const id = c.e.add('linear', { out: count, bias: false }, [c.e.inOrder(x, order)], { weight });
  return [{ id, order, shape: x.shape }];
};

export const furtherRules: Readonly<Record<string, Rule>> = {
  Pow: pow,
  Cast: cast,
  CastLike: cast,
  Elu: (c) => [exponentialUnit(c.e, c.x(0), alpha(c, 1))],
  Celu: (c) => [exponentialUnit(c.e, c.x(0), alpha(c, 1), alpha(c, 1))],
  Selu: (c) => [exponentialUnit(c.e, c.x(0), alpha(c, 1.6732632), 1, c.call.number('gamma', 1.0507009))],
  Softsign: (c) => [softSign(c.e, c.x(0))],
  ThresholdedRelu: (c) => {
    const x = c.x(0);
    return [binary(c.e, 'mul', x, positive(c.e, affine(c.e, x, 1, -alpha(c, 1), 'over')))];
  },
  Sign: sign,
  Mean: mean,
  Xor: oneOfTwo,
  CumSum: runningSum,
  LRN: localResponse,
  LpNormalization: lpNorm,
  RMSNormalization: rmsNorm,
  ReduceL1: folded(abs, asIs),
  ReduceL2: folded(square, (c, sum) => fn(c.e, sum, 'sqrt')),
  ReduceSumSquare: folded(square, asIs),
  ReduceLogSum: folded(asIs, (c, sum) => fn(c.e, sum, 'log')),
  ReduceLogSumExp: logSumExp,
};
