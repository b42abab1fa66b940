// Nodes that only move elements, whatever they are called: where each element comes from is asked of the node itself.
import { elements } from '../../../gpu-kernels/op.ts';
import { Call, type Kind, type Known } from '../model/call.ts';
import { stretchedStrides } from '../model/math/broadcast.ts';
import { view } from '../model/math/move.ts';
import { stridesOf, zeros, type Tensor } from '../model/tensor.ts';
import { nodeShape, permuted, same, straight, Unfit, type Emitter, type Val } from './emitter.ts';

/** Moves are followed element by element: more than these would take the memory of a page. */
const mostMoved = 2 ** 23;

/** For each element of a node of this order, its place in the file's row-major order, and back. */
function placesOf(val: Val): Float64Array {
  const count = elements(val.shape);
  if (count > mostMoved) throw new Unfit(`moves ${count} elements, more than are followed here`);
  const back = new Float64Array(count);
  if (same(val.order, straight(val.shape.length))) return back.map((_, i) => i);
  const at: Tensor = { type: 'float64', shape: val.shape, data: Float64Array.from({ length: count }, (_, i) => i) };
  permuted(at, val.order).forEach((place, own) => (back[place] = own));
  return back;
}

/**
 * The results of a node that only moves elements of operand `from`: it is run on the places of the elements. Its results keep the order
 * of the operand's axes where ranks are equal. Elements that come from nowhere are 0.
 */
export function moved(e: Emitter, kind: Kind, call: Call, from: number, x: Val): Val[] {
  if (!kind.run) throw new Unfit('is not computed here');
  // Places count from 1: what the node fills in is 0.
  const places = Float64Array.from(placesOf(x), (place) => place + 1);
  const tensor: Tensor = { type: 'float64', shape: x.shape, data: places };
  const operands: (Known | undefined)[] = [...call.operands];
  operands[from] = { type: 'float64', shape: x.shape, tensor };
  const traced = new Call(call.node, call.opset, operands);
  const infos = kind.infer(traced);
  const most = Math.max(...infos.map(({ shape }) => elements(shape)));
  if (most > mostMoved) throw new Unfit(`moves ${most} elements, more than are followed here`);
  const outs = infos.map(({ shape }) => zeros('float64', shape));
  kind.run(traced, outs);
  return outs.map((out, i) => {
    const order = out.shape.length === x.shape.length ? x.order : straight(out.shape.length);
    const shape = nodeShape(order, out.shape);
    const table = Float64Array.from(permuted(out, order), (place) => place - 1);
    return { id: gathered(e, x.id, shape, table, outs.length > 1 ? String(i) : ''), order, shape: out.shape };
  });
}

/** The value repeated along its axes of size 1 up to `shape`, which has as many axes. */
export function stretched(e: Emitter, x: Val, shape: readonly number[]): Val {
  if (same(x.shape, shape)) return x;
  const places = zeros('float64', shape);
  const own = Float64Array.from({ length: elements(x.shape) }, (_, i) => i);
  view(places, own, stretchedStrides(x.shape, shape));
  return e.val(gathered(e, e.plain(x), shape, places.data as Float64Array, 'repeated'), shape);
}

/** A node of `shape` whose element i is element `table[i]` of node `id` (−1: zero), by the plainest op that does it. */
function gathered(e: Emitter, id: string, shape: readonly number[], table: Float64Array, hint: string): string {
  if (table.length === 0) throw new Unfit('has an empty result');
  const input = e.shapeOf(id);
  if (table.length === elements(input) && table.every((place, i) => place === i)) return e.shaped(id, shape, hint);
  const cut = asSlices(input, shape, table);
  if (cut) {
    const last = cut.length - 1;
    return cut.reduce((at, attrs, i) => e.add('slice', attrs, [at], {}, i === last ? hint : 'cut'), id);
  }
  const index = Float32Array.from(table);
  return e.add('rearrange', { shape }, [id], { index }, hint);
}

/** The slices, one an axis, that make the result, where there are such and none cuts the batch. */
function asSlices(input: readonly number[], shape: readonly number[], table: Float64Array) {
  if (input.length !== shape.length || input.length > 4 || table[0]! < 0) return undefined;
  const strides = stridesOf(input);
  const own = stridesOf(shape);
  let rest = table[0]!;
  const cuts = shape.map((size, axis) => {
    const start = Math.floor(rest / strides[axis]!);
    rest %= strides[axis]!;
    const step = size > 1 ? (table[own[axis]!]! - table[0]!) / strides[axis]! : 1;
    return { axis, start, size, step };
  });
  if (cuts.some(({ step }) => step < 1 || !Number.isInteger(step))) return undefined;
  for (let i = 0; i < table.length; i++) {
    let place = 0;
    for (const { axis, start, size, step } of cuts)
      place += (start + (Math.floor(i / own[axis]!) % size) * step) * strides[axis]!;
    if (place !== table[i]) return undefined;
  }
  const real = cuts.filter(({ axis, start, size }) => start !== 0 || size !== input[axis]);
  return real.some(({ axis }) => axis === 0) ? undefined : real;
}

/** Joins values along an axis of the file, in the order of the first. */
export function joined(e: Emitter, parts: readonly Val[], axis: number): Val {
  const [first] = parts as readonly [Val, ...Val[]];
  const { order } = first;
  const shape = first.shape.map((size, i) =>
    i === axis ? parts.reduce((sum, part) => sum + part.shape[i]!, 0) : size,
  );
  let ids = parts.map((part) => e.inOrder(part, order));
  const at = order.indexOf(axis);
  const own = nodeShape(order, shape);
  // Joined along the batch or beyond four axes: as rows of the axes before it.
  const direct = at >= 1 && at <= 3;
  const outer = own.slice(0, at).reduce((product, size) => product * size, 1);
  const inner = own.slice(at + 1).reduce((product, size) => product * size, 1);
  if (!direct) ids = ids.map((id) => e.shaped(id, [outer, e.shapeOf(id)[at]!, inner]));
  // A dispatch binds at most eight buffers.
  while (ids.length > 1) {
    const next: string[] = [];
    for (let i = 0; i < ids.length; i += 6) {
      const group = ids.slice(i, i + 6);
      next.push(group.length === 1 ? group[0]! : e.add('concat', { axis: direct ? at : 1 }, group));
    }
    ids = next;
  }
  return { id: e.shaped(ids[0]!, own), order, shape };
}

/** The value under another shape of the file: free where only sizes of 1 come, go or change place. */
export function reshaped(e: Emitter, x: Val, shape: readonly number[]): Val {
  if (same(x.shape, shape)) return x;
  const wide = (axes: readonly number[], of: readonly number[]): number[] => axes.filter((axis) => of[axis] !== 1);
  const [before, after] = [wide(straight(x.shape.length), x.shape), wide(straight(shape.length), shape)];
  if (
    same(
      before.map((axis) => x.shape[axis]!),
      after.map((axis) => shape[axis]!),
    )
  ) {
    // The wide axes keep their order in memory; the others stand in front.
    const lies = wide(x.order, x.shape).map((axis) => after[before.indexOf(axis)]!);
    const ones = straight(shape.length).filter((axis) => shape[axis] === 1);
    const order = shape[0] === 1 || lies.length === 0 ? [...ones, ...lies] : placed(lies, ones, shape.length);
    return { id: e.shaped(x.id, nodeShape(order, shape)), order, shape };
  }
  return e.val(e.shaped(e.plain(x), shape), shape);
}

/** Axes of size 1 keep their places where they can, so that a channel-last map stays one. */
function placed(lies: readonly number[], ones: readonly number[], rank: number): number[] {
  const order: number[] = [];
  const rest = [...lies];
  for (let place = 0; place < rank; place++) {
    if (ones.includes(place) && order.length === place) order.push(place);
    else if (rest.length > 0) order.push(rest.shift()!);
  }
  return [...order, ...ones.filter((axis) => !order.includes(axis))];
}
