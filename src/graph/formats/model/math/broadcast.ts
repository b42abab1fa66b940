// Element by element over operands that broadcast: axes align at the end, size 1 stretches.
import type { Tensor } from '../tensor.ts';

/** The common shape, or undefined where two sizes differ and neither is 1. */
export function broadcastShape(shapes: readonly (readonly number[])[]): number[] | undefined {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes)
    for (let i = 0; i < shape.length; i++) {
      const axis = rank - shape.length + i;
      const size = shape[i]!;
      if (size === 1) continue;
      if (result[axis] !== 1 && result[axis] !== size) return undefined;
      result[axis] = size;
    }
  return result;
}

/** Strides of `shape` seen through `target`: 0 along stretched axes. */
export function stretchedStrides(shape: readonly number[], target: readonly number[]): number[] {
  const strides = target.map(() => 0);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const axis = target.length - shape.length + i;
    if (shape[i] !== 1) strides[axis] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** Calls `visit(to, offsets)` for every element of `shape` in row-major order; `offsets[k]` follows `strides[k]`. */
export function walk(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (to: number, offsets: readonly number[]) => void,
): void {
  const count = shape.reduce((product, size) => product * size, 1);
  const index = shape.map(() => 0);
  const offsets = strides.map(() => 0);
  for (let to = 0; to < count; to++) {
    visit(to, offsets);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      for (let k = 0; k < strides.length; k++) offsets[k]! += strides[k]![axis]!;
      if (index[axis]! < shape[axis]!) break;
      for (let k = 0; k < strides.length; k++) offsets[k]! -= strides[k]![axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

/** out = f(a), element by element. */
export function map(out: Tensor, a: Tensor, f: (x: number) => number): void {
  for (let i = 0; i < a.data.length; i++) out.data[i] = f(a.data[i]!);
}

/** out = f(a, b) with broadcasting to the shape of `out`. */
export function map2(out: Tensor, a: Tensor, b: Tensor, f: (x: number, y: number) => number): void {
  const [x, y, to] = [a.data, b.data, out.data];
  const whole = x.length === to.length;
  if (whole && y.length === to.length) for (let i = 0; i < to.length; i++) to[i] = f(x[i]!, y[i]!);
  else if (whole && y.length === 1) for (let i = 0; i < to.length; i++) to[i] = f(x[i]!, y[0]!);
  else
    walk(out.shape, [stretchedStrides(a.shape, out.shape), stretchedStrides(b.shape, out.shape)], (i, [p, q]) => {
      to[i] = f(x[p!]!, y[q!]!);
    });
}
