// Convolutions, pools, norms and products of both formats said as our ops.
import type { Tensor } from '../model/tensor.ts';
import { binary, unary } from './elementwise.ts';
import { channelLast, nodeShape, permuted, straight, Unfit, type Emitter, type Val, madeUp } from './emitter.ts';
import { reshaped, stretched } from './moves.ts';

/** Top, bottom, left, right. */
export type Pads = readonly [number, number, number, number];

export interface PaddedWindow {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly pads: Pads;
}

/** A map `[N, H, W, C]` of a channel-first value of rank 3 or 4, or of a channel-last one; rank 3 has one row. */
export function mapOf(e: Emitter, x: Val, first: boolean): string {
  const rank = x.shape.length;
  if (rank !== 4 && rank !== 3) throw new Unfit(`works over ${rank - 2} axes`);
  const id = e.inOrder(x, first ? channelLast(rank) : straight(rank));
  const [n = 1, ...rest] = e.shapeOf(id);
  return rank === 4 ? id : e.shaped(id, [n, 1, ...rest]);
}

/** The value that the map node `id` holds, of the file's rank and order. */
export function valueOf(e: Emitter, id: string, rank: number, first: boolean): Val {
  const [n = 1, h = 1, w = 1, c = 1] = e.shapeOf(id);
  if (rank === 3) {
    const row = e.shaped(id, [n, w, c]);
    return first ? { id: row, order: [0, 2, 1], shape: [n, c, w] } : { id: row, order: [0, 1, 2], shape: [n, w, c] };
  }
  return first ? { id, order: [0, 2, 3, 1], shape: [n, c, h, w] } : { id, order: [0, 1, 2, 3], shape: [n, h, w, c] };
}

const plainPads = (pads: Pads): number | Pads => (pads.every((side) => side === pads[0]) ? pads[0] : pads);

/** `weight` is [O, I/groups, KH, KW]; `first`: the file's maps are channel-first. */
export function convolution(
  e: Emitter,
  x: Val,
  first: boolean,
  window: PaddedWindow,
  groups: number,
  weight: Float32Array,
  out: number,
  bias: Float32Array | undefined,
): Val {
  const { kernel, stride, dilation, pads } = window;
  const attrs = { out, kernel, stride, dilation, padding: plainPads(pads), groups, bias: bias !== undefined };
  const id = e.add('conv2d', attrs, [mapOf(e, x, first)], bias ? { weight, bias } : { weight });
  return valueOf(e, id, x.shape.length, first);
}

export function pool(
  e: Emitter,
  x: Val,
  first: boolean,
  mode: 'avg' | 'max',
  { kernel, stride, dilation, pads }: PaddedWindow,
  ceilMode: boolean,
  countIncludePad: boolean,
): Val {
  if (dilation.some((step) => step !== 1)) throw new Unfit('pools with dilation');
  const attrs = { kernel, stride, padding: plainPads(pads), ceilMode };
  const map = mapOf(e, x, first);
  const id =
    mode === 'max' ? e.add('max_pool2d', attrs, [map]) : e.add('avg_pool2d', { ...attrs, countIncludePad }, [map]);
  return valueOf(e, id, x.shape.length, first);
}

/** Mean, sum or maximum over the pixels of a channel-first value. */
export function globalPool(e: Emitter, x: Val, mode: 'avg' | 'max'): Val {
  const map = mapOf(e, x, true);
  const [, h = 1, w = 1] = e.shapeOf(map);
  const id =
    mode === 'max'
      ? e.add('max_pool2d', { kernel: [h, w], stride: [1, 1] }, [map])
      : e.add('mean', { axes: [1, 2], keepDims: true }, [map]);
  return valueOf(e, id, x.shape.length, true);
}

/** A norm with vectors over the channel (axis 1 of the file). */
export function overChannels(
  e: Emitter,
  x: Val,
  op: 'batch_norm' | 'group_norm',
  attrs: unknown,
  params: Readonly<Record<string, Float32Array>>,
): Val {
  const order = channelLast(x.shape.length);
  return { ...x, order, id: e.add(op, attrs, [e.inOrder(x, order)], params) };
}

/** x · weightᵀ + bias over the last axis of the file; `weight` is [O, I]. */
export function dense(e: Emitter, x: Val, weight: Float32Array, out: number, bias: Float32Array | undefined): Val {
  const id = e.add('linear', { out, bias: bias !== undefined }, [e.plain(x)], bias ? { weight, bias } : { weight });
  return e.val(id, [...x.shape.slice(0, -1), out]);
}

/** Product over the last two axes of two computed values; axes before them are repeated where one has size 1. */
export function product(e: Emitter, a: Val, b: Val, swapA: boolean, swapB: boolean): Val {
  const turned = (x: Val, swap: boolean): Val => {
    const rank = x.shape.length;
    if (!swap || rank < 2) return x;
    const axes = [...straight(rank - 2), rank - 1, rank - 2];
    return { id: x.id, shape: axes.map((axis) => x.shape[axis]!), order: x.order.map((axis) => axes.indexOf(axis)) };
  };
  // A vector is a row on the left and a column on the right.
  const matrix = (x: Val, shape: readonly number[]): Val => (x.shape.length > 1 ? x : reshaped(e, x, shape));
  const [n = 1, m = 1] = [a.shape[0], b.shape[0]];
  let [left, right] = [turned(matrix(a, [1, n]), swapA), turned(matrix(b, [m, 1]), swapB)];
  const rank = Math.max(left.shape.length, right.shape.length);
  const grown = (x: Val): Val => {
    const shape = [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape];
    return x.shape.length === rank ? x : e.val(e.shaped(e.plain(x), shape), shape);
  };
  [left, right] = [grown(left), grown(right)];
  const lead = straight(rank - 2).map((axis) => Math.max(left.shape[axis]!, right.shape[axis]!));
  const [rows, columns] = [left.shape.at(-2)!, right.shape.at(-1)!];
  const fits = (x: Val): boolean => lead.every((size, axis) => x.shape[axis] === size);
  if (fits(left) && !fits(right) && right.shape.slice(0, -2).every((size) => size === 1)) {
    // One matrix for all: the rows of all products are those of one.
    const all = left.shape.slice(0, -1).reduce((count, size) => count * size, 1);
    const tall = [...lead.map(() => 1), all, left.shape.at(-1)!];
    left = e.val(e.shaped(e.plain(left), tall), tall);
  } else {
    left = stretched(e, left, [...lead, ...left.shape.slice(-2)]);
    right = stretched(e, right, [...lead, ...right.shape.slice(-2)]);
  }
  // A second operand that lies transposed is read so.
  const swapped = [...straight(rank - 2), rank - 1, rank - 2];
  const transposed = right.order.every((axis, i) => axis === swapped[i]);
  const id = e.add('matmul', { transposed }, [e.plain(left), transposed ? right.id : e.plain(right)]);
  const shape = [...lead, ...(a.shape.length > 1 ? [rows] : []), ...(b.shape.length > 1 ? [columns] : [])];
  return e.val(e.shaped(id, shape), shape);
}

/** The value of node `id` whose axes of `x` in `axes` have size 1, kept or dropped. */
function squeezed(
  e: Emitter,
  id: string,
  order: readonly number[],
  x: Val,
  axes: readonly number[],
  keep: boolean,
): Val {
  if (keep) return { id, order, shape: x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) };
  const kept = straight(x.shape.length).filter((axis) => !axes.includes(axis));
  const shape = kept.map((axis) => x.shape[axis]!);
  const places = order.filter((axis) => !axes.includes(axis)).map((axis) => kept.indexOf(axis));
  return { id: e.shaped(id, nodeShape(places, shape)), order: places, shape };
}

/** Mean or sum over any axes. */
export function reduced(e: Emitter, x: Val, axes: readonly number[], keep: boolean, mode: 'mean' | 'sum'): Val {
  const rank = x.shape.length;
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  const places = axes.map((axis) => x.order.indexOf(axis)).sort((p, q) => p - q);
  const wide = places.filter((place) => e.shapeOf(x.id)[place] !== 1);
  const scaled = (id: string): string => (mode === 'sum' ? e.add('scale_const', { factor: count }, [id]) : id);
  if (wide.length === 0) return squeezed(e, x.id, x.order, x, axes, keep);
  if ((rank === 4 || rank === 3) && wide.every((place) => place >= 1 && place < rank - 1)) {
    const id = e.add('mean', { axes: wide, keepDims: true }, [x.id], {}, mode === 'sum' ? 'mean' : '');
    return squeezed(e, scaled(id), x.order, x, axes, keep);
  }
  if (wide.length === 1 && wide[0] === rank - 1) {
    // Over the channel: a product with 1/C.
    const weight = madeUp(count).fill(mode === 'sum' ? 1 : 1 / count);
    return squeezed(e, e.add('linear', { out: 1, bias: false }, [x.id], { weight }), x.order, x, axes, keep);
  }
  // The reduced axes first, as the rows of one picture.
  const order = [...axes, ...straight(rank).filter((axis) => !axes.includes(axis))];
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const flat = e.shaped(e.inOrder(x, order), [1, count, shape.reduce((product, size) => product * size, 1)]);
  const mean = e.add('mean', { axes: [1], keepDims: true }, [flat], {}, 'mean');
  return squeezed(e, e.shaped(scaled(mean), nodeShape(order, shape)), order, x, axes, keep);
}

/** Largest or least over any axes: the maximum of a pool as high as they are long. */
export function extremeOver(e: Emitter, x: Val, axes: readonly number[], keep: boolean, largest: boolean): Val {
  const rank = x.shape.length;
  const turned = (id: string, hint: string): string =>
    largest ? id : e.add('scale_const', { factor: -1 }, [id], {}, hint);
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  const order = [...axes, ...straight(rank).filter((axis) => !axes.includes(axis))];
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const rest = shape.reduce((product, size) => product * size, 1);
  const flat = turned(e.shaped(e.inOrder(x, order), [1, count, 1, rest]), 'negated');
  const most = turned(e.add('max_pool2d', { kernel: [count, 1], stride: [1, 1] }, [flat], {}, 'pool'), '');
  return squeezed(e, e.shaped(most, nodeShape(order, shape)), order, x, axes, keep);
}

/** Shares over one axis of the file; their logarithms as x − max − ln Σ e^(x − max), which no small share spoils. */
export function softmax(e: Emitter, x: Val, axis: number, log: boolean): Val {
  if (log) {
    const below = binary(e, 'sub', x, extremeOver(e, x, [axis], true, true));
    const sum = reduced(e, unary(e, below, 'function', { of: 'exp' }, 'exp'), [axis], true, 'sum');
    return binary(e, 'sub', below, unary(e, sum, 'function', { of: 'log' }, 'log'));
  }
  const order = x.order.at(-1) === axis ? x.order : [...straight(x.shape.length).filter((a) => a !== axis), axis];
  return { id: e.add('softmax', {}, [e.inOrder(x, order)]), order, shape: x.shape };
}

/** Over the axes from `axis` on. */
export function layerNorm(
  e: Emitter,
  x: Val,
  axis: number,
  eps: number,
  weight: Tensor | undefined,
  bias: Tensor | undefined,
): Val {
  const size = x.shape.slice(axis).reduce((product, n) => product * n, 1);
  const whole = axis === x.shape.length - 1;
  const flat = whole ? e.plain(x) : e.shaped(e.plain(x), [1, x.shape.slice(0, axis).reduce((p, n) => p * n, 1), size]);
  const vector = (tensor: Tensor | undefined, otherwise: number): Float32Array => {
    const data = tensor ? permuted(tensor, straight(tensor.shape.length)) : Float32Array.of(otherwise);
    return data.length === 1 ? new Float32Array(size).fill(data[0]!) : data;
  };
  const id = e.add('layer_norm', { eps }, [flat], { weight: vector(weight, 1), bias: vector(bias, 0) });
  return e.val(e.shaped(id, x.shape), x.shape);
}
