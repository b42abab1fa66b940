// Moving values without changing them: any view of strides, pieces put into a larger tensor, padding by an index rule for each axis.
import { walk } from './broadcast.ts';
import { stridesOf, type Data, type Tensor } from '../tensor.ts';

/** out[i…] = x[offset + Σ i · strides]. */
export function view(out: Tensor, x: Data, strides: readonly number[], offset = 0): void {
  walk(out.shape, [strides], (to, [from]) => {
    out.data[to] = x[offset + from!]!;
  });
}

export function transpose(out: Tensor, x: Tensor, order: readonly number[]): void {
  const strides = stridesOf(x.shape);
  view(
    out,
    x.data,
    order.map((axis) => strides[axis]!),
  );
}

/** `outer × size × inner` of a shape around `axis`. */
export function around(shape: readonly number[], axis: number): readonly [outer: number, size: number, inner: number] {
  const product = (part: readonly number[]): number => part.reduce((a, b) => a * b, 1);
  return [product(shape.slice(0, axis)), shape[axis] ?? 1, product(shape.slice(axis + 1))];
}

/** Joins tensors along an axis; `read` may change a value on its way (requantisation). */
export function concat(out: Tensor, parts: readonly Tensor[], axis: number): void {
  const [outer, total, inner] = around(out.shape, axis);
  let done = 0;
  for (const part of parts) {
    const run = part.shape[axis]! * inner;
    for (let i = 0; i < outer; i++)
      out.data.set(part.data.subarray(i * run, (i + 1) * run), (i * total + done) * inner);
    done += part.shape[axis]!;
  }
}

/** Rows of `x` along `axis` named by `indices` (already in range), which stand in the result where the axis was. */
export function take(out: Tensor, x: Tensor, indices: readonly number[], axis: number): void {
  const [outer, size, inner] = around(x.shape, axis);
  let to = 0;
  for (let i = 0; i < outer; i++)
    for (const index of indices) {
      const from = (i * size + index) * inner;
      out.data.set(x.data.subarray(from, from + inner), to);
      to += inner;
    }
}

export type PadMode = 'constant' | 'reflect' | 'symmetric' | 'edge' | 'wrap';

/** Index that position `i` of an axis of `size` reads, or −1 for the constant. */
function paddedIndex(i: number, size: number, mode: PadMode): number {
  if (i >= 0 && i < size) return i;
  if (mode === 'constant') return -1;
  if (mode === 'edge') return i < 0 ? 0 : size - 1;
  if (mode === 'wrap') return ((i % size) + size) % size;
  const period = mode === 'reflect' ? Math.max(1, 2 * size - 2) : 2 * size;
  const place = ((i % period) + period) % period;
  if (mode === 'reflect') return place < size ? place : period - place;
  return place < size ? place : period - 1 - place;
}

/** `before[axis]` may be negative: that many are cut. */
export function pad(out: Tensor, x: Tensor, before: readonly number[], mode: PadMode, constant = 0): void {
  const strides = stridesOf(x.shape);
  const tables = out.shape.map((size, axis) =>
    Array.from({ length: size }, (_, i) => paddedIndex(i - before[axis]!, x.shape[axis]!, mode)),
  );
  const index = out.shape.map(() => 0);
  for (let to = 0; to < out.data.length; to++) {
    let from = 0;
    for (let axis = 0; axis < index.length && from >= 0; axis++) {
      const place = tables[axis]![index[axis]!]!;
      from = place < 0 ? -1 : from + place * strides[axis]!;
    }
    out.data[to] = from < 0 ? constant : x.data[from]!;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < out.shape[axis]!) break;
      index[axis] = 0;
    }
  }
}
