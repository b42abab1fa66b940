// Integers of a file in the graph: a node holds each less its zero point, so that products are exact and padding is 0; scales wait until somebody needs real numbers.
import { rangeOf } from '../model/tensor.ts';
import type { AffineQuantization, DataType } from '../model/model.ts';
import { affine, clipped } from './elementwise.ts';
import { Unfit, type Emitter, type Val } from './emitter.ts';

/** How a value is stored in the file: integer = real / scale + zero, within the range of its type. */
export interface Steps {
  readonly scale: number;
  readonly zero: number;
  readonly type: DataType;
}

/** Undefined for values that are no integers or have no scale of their own. */
export function stepsOf(type: DataType, quantization: AffineQuantization | undefined): Steps | undefined {
  if (!quantization || !rangeOf[type]) return undefined;
  const { scale, zeroPoint } = quantization;
  if (scale.length > 1) throw new Unfit('makes a value with a scale for each slice');
  return scale.length === 0 ? undefined : { scale: Math.fround(scale[0]!), zero: zeroPoint[0] ?? 0, type };
}

/** Scale of sums of products, one an output channel, in float32 as every runtime computes it. */
export const scalesOf = (x: number, w: ArrayLike<number>, outputs: number): Float32Array =>
  Float32Array.from({ length: outputs }, (_, o) => Math.fround(x) * Math.fround(w[w.length > 1 ? o : 0]!));

/** The value as the numbers that a rule computes with: real ones, or integers as they are stored where they have no scale. */
export function realOf(e: Emitter, val: Val): Val {
  const { id, order, shape, scale, zero, bounds } = val;
  if (scale === undefined && zero === undefined && bounds === undefined) return val;
  const known = e.reals.get(val);
  if (known) return known;
  let made: Val = { id, order, shape };
  if (scale instanceof Float32Array) made = { ...made, id: e.add('layer_scale', {}, [id], { gamma: scale }, 'scaled') };
  else made = affine(e, made, scale ?? 1, scale === undefined ? (zero ?? 0) : 0, 'scaled');
  if (bounds) made = clipped(e, made, ...bounds);
  e.reals.set(val, made);
  return made;
}

/** The value in steps, rounded once, to nearest. */
export function inSteps(e: Emitter, val: Val, { scale, zero, type }: Steps, hint = 'steps'): Val {
  const [low, high] = rangeOf[type] ?? [0, 0];
  const { id, order, shape, bounds } = val;
  const step = (bound: number): number => Math.floor(bound / scale + 0.5);
  const [from, to] = bounds ? bounds.map(step) : [-Infinity, Infinity];
  const attrs = { min: Math.max(low - zero, from!), max: Math.min(high - zero, to!) };
  if (attrs.min > attrs.max) throw new Unfit('is cut to bounds outside its range');
  if (val.scale === undefined) {
    const plain = val.zero ? affine(e, { id, order, shape }, 1, val.zero, 'scaled').id : id;
    return { id: e.add('quantize', { scale, ...attrs }, [plain], {}, hint), order, shape, scale, zero };
  }
  // The same steps on the same ground.
  if (val.scale === scale && val.zero === zero && !bounds) return val;
  const channels = e.shapeOf(id).at(-1)!;
  const own = val.scale;
  const factor = Float32Array.from({ length: channels }, (_, c) => (typeof own === 'number' ? own : own[c]!) / scale);
  return { id: e.add('requantize', attrs, [id], { factor }, hint), order, shape, scale, zero };
}

/** The value cut to bounds, at once or when its scale is applied. */
export function bounded(e: Emitter, val: Val, low: number, high: number): Val {
  if (val.scale === undefined || val.zero !== undefined) return clipped(e, realOf(e, val), low, high);
  const [from, to] = val.bounds ?? [-Infinity, Infinity];
  return { ...val, bounds: [Math.max(low, from), Math.min(high, to)] };
}

/** What only moves elements, done to a value whose scale and zero point stay; `linear`: sums and means, of which nothing is an integer. */
export function keeping(e: Emitter, val: Val, move: (bare: Val) => readonly Val[], linear = false): Val[] {
  const late = val.scale instanceof Float32Array || val.bounds !== undefined;
  const { id, order, shape, scale, zero } = late ? realOf(e, val) : val;
  if (linear && scale === undefined && zero) return [...move(realOf(e, val))];
  return move({ id, order, shape }).map((moved) => ({ ...moved, scale, zero: linear ? undefined : zero }));
}
