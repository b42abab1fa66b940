// Element-wise nodes of both formats said as our ops: activations, sums and products with constants and with broadcasting.
import type { OpName } from '../../../gpu-kernels/ops/index.ts';
import type { Tensor } from '../model/tensor.ts';
import { nodeShape, permuted, straight, type Emitter, type Val } from './emitter.ts';

export const unary = (e: Emitter, x: Val, op: OpName, attrs: unknown = {}, hint = ''): Val => ({
  ...x,
  id: e.add(op, attrs, [x.id], {}, hint),
});

export const affine = (e: Emitter, x: Val, factor: number, offset: number, hint = ''): Val =>
  offset === 0
    ? factor === 1
      ? x
      : unary(e, x, 'scale_const', { factor }, hint)
    : unary(e, x, 'affine', { factor, offset }, hint);

export const largest = 3.4028234663852886e38;

/** min(max(x, low), high), by the shortest name that it has. */
export function clipped(e: Emitter, x: Val, low: number, high: number): Val {
  if (low === 0 && high >= largest) return unary(e, x, 'relu');
  if (low === 0 && high === 6) return unary(e, x, 'relu6');
  if (low <= -largest && high >= largest) return x;
  return unary(e, x, 'clip', { min: Math.max(low, -largest), max: Math.min(high, largest) });
}

export const hardSigmoid = (e: Emitter, x: Val, alpha: number, beta: number): Val =>
  Math.abs(alpha - 1 / 6) < 1e-6 && beta === 0.5
    ? unary(e, x, 'hsigmoid')
    : clipped(e, affine(e, x, alpha, beta, 'affine'), 0, 1);

const broadcast = (a: readonly number[], b: readonly number[]): number[] => {
  const rank = Math.max(a.length, b.length);
  return straight(rank).map((axis) => {
    const [x, y] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    return x === 1 ? y : x;
  });
};

/** Whether broadcasting to `shape` changes nothing of it. */
const fitsIn = (own: readonly number[], shape: readonly number[]): boolean =>
  broadcast(shape, own).join() === shape.join();

/** The value with axes of size 1 put in front up to `rank`. */
function ranked(e: Emitter, x: Val, rank: number): Val {
  const added = rank - x.shape.length;
  if (added <= 0) return x;
  const shape = [...new Array<number>(added).fill(1), ...x.shape];
  const order = [...straight(added), ...x.order.map((axis) => axis + added)];
  return { id: e.shaped(x.id, nodeShape(order, shape)), order, shape };
}

export type BinaryOp = 'add' | 'sub' | 'mul';

/** Two computed values, repeated where one has size 1. */
export function binary(e: Emitter, op: BinaryOp, a: Val, b: Val): Val {
  const rank = Math.max(a.shape.length, b.shape.length);
  const [left, right] = [ranked(e, a, rank), ranked(e, b, rank)];
  const shape = broadcast(left.shape, right.shape);
  // The larger operand stays as it lies.
  const size = (x: Val): number => x.shape.reduce((product, n) => product * n, 1);
  const order = size(right) > size(left) ? right.order : left.order;
  return { id: e.add(op, {}, [e.inOrder(left, order), e.inOrder(right, order)]), order, shape };
}

/** A computed value and a constant: a number, a factor or shift of each channel, or a constant value. */
export function withConstant(e: Emitter, op: BinaryOp, x: Val, constant: Tensor, swapped: boolean): Val {
  const { data } = constant;
  if (data.length === 1 && constant.shape.length <= x.shape.length) {
    const c = data[0]!;
    if (op === 'mul') return affine(e, x, c, 0);
    if (op === 'add') return affine(e, x, 1, c);
    return swapped ? affine(e, x, -1, c) : affine(e, x, 1, -c);
  }
  const rank = Math.max(x.shape.length, constant.shape.length);
  const shape = [...new Array<number>(rank - constant.shape.length).fill(1), ...constant.shape];
  const grown = ranked(e, x, rank);
  const last = grown.order.at(-1)!;
  const channels = grown.shape[last]!;
  const perChannel = shape.every((size, axis) => size === 1 || axis === last) && shape[last] === channels;
  if (perChannel && channels > 1) {
    const ones = new Float32Array(channels).fill(1);
    const zeros = new Float32Array(channels);
    const values = Float32Array.from(data);
    const weight = op === 'mul' ? values : op === 'sub' && swapped ? ones.map((one) => -one) : ones;
    const bias = op === 'mul' ? zeros : op === 'sub' && !swapped ? values.map((value) => -value) : values;
    const params = { weight, bias, running_mean: zeros, running_var: ones };
    return { ...grown, id: e.add('batch_norm', { eps: 0 }, [grown.id], params) };
  }
  const other: Val = {
    id: e.add(
      'constant',
      { shape: nodeShape(grown.order, shape) },
      [],
      { value: permuted({ ...constant, shape }, grown.order) },
      'constant',
    ),
    order: grown.order,
    shape,
  };
  return swapped ? binary(e, op, other, grown) : binary(e, op, grown, other);
}

/** The larger of two computed values: b + relu(a − b); the smaller: a − relu(a − b). */
export function extreme(e: Emitter, a: Val, b: Val, larger: boolean): Val {
  const over = unary(e, binary(e, 'sub', a, b), 'relu', {}, 'over');
  return larger ? binary(e, 'add', over, b) : binary(e, 'sub', a, over);
}

/** The larger or smaller of a computed value and a constant, by the same sums. */
export function extremeOfConstant(e: Emitter, x: Val, constant: Tensor, larger: boolean): Val {
  const { data } = constant;
  const [first = 0] = data;
  if (data.every((value) => value === first) && fitsIn(constant.shape, x.shape))
    return larger ? clipped(e, x, first, Infinity) : clipped(e, x, -Infinity, first);
  const over = unary(e, withConstant(e, 'sub', x, constant, false), 'relu', {}, 'over');
  return larger ? withConstant(e, 'add', over, constant, false) : binary(e, 'sub', x, over);
}

/** x where positive, slope · x elsewhere; a slope for each channel, or one. */
export function prelu(e: Emitter, x: Val, slope: Tensor): Val {
  if (slope.data.length === 1) return unary(e, x, 'leaky_relu', { slope: slope.data[0] });
  const last = x.order.at(-1)!;
  const shape = [...new Array<number>(x.shape.length - slope.shape.length).fill(1), ...slope.shape];
  if (shape.every((size, axis) => size === 1 || axis === last) && shape[last] === x.shape[last])
    return { ...x, id: e.add('prelu', {}, [x.id], { weight: Float32Array.from(slope.data) }) };
  // max(x, 0) − slope · max(−x, 0).
  const below = unary(e, affine(e, x, -1, 0, 'negative'), 'relu', {}, 'below');
  return binary(e, 'sub', unary(e, x, 'relu', {}, 'above'), withConstant(e, 'mul', below, slope, false));
}
