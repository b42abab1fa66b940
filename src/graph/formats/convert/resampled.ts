// Resampling by any rule that is linear in the pixels: along each axis a product with the matrix of its weights.
import { resize, type ResizeAxis, type ResizeRule } from '../model/math/resize.ts';
import type { Tensor } from '../model/tensor.ts';
import { straight, Unfit, type Emitter, type Val, madeUp } from './emitter.ts';

/** `x` resampled along each of `axes`. Rows and columns of maps by the usual rule have an op of their own. */
export function resampled(e: Emitter, x: Val, axes: readonly ResizeAxis[], rule: ResizeRule): Val {
  if (rule.extrapolation !== 0) throw new Unfit('fills what lies outside with a number');
  return axes.reduce((value, target) => along(e, value, target, rule), x);
}

function along(e: Emitter, x: Val, target: ResizeAxis, rule: ResizeRule): Val {
  const count = x.shape[target.axis]!;
  if (count * target.size > 2 ** 24) throw new Unfit(`resizes ${count} places to ${target.size}`);
  const one: Tensor = { type: 'float32', shape: [count, count], data: madeUp(count * count) };
  for (let i = 0; i < count; i++) one.data[i * count + i] = 1;
  const matrix = resize(one, [{ ...target, axis: 0 }], rule);
  if (matrix === one) return x;
  const order = [...straight(x.shape.length).filter((axis) => axis !== target.axis), target.axis];
  const weight = Float32Array.from(matrix.data);
  const id = e.add('linear', { out: target.size, bias: false }, [e.inOrder(x, order)], { weight }, 'resampled');
  return { id, order, shape: x.shape.map((size, axis) => (axis === target.axis ? target.size : size)) };
}

/** Whether a map's two axes are resampled by the plain rule that the op `resize` has: the scale is that of the sizes. */
export const isPlain = (x: readonly number[], axes: readonly ResizeAxis[], { coordinates }: ResizeRule): boolean =>
  axes.every(
    ({ axis, size, scale }) =>
      coordinates === 'align_corners' ||
      (coordinates === 'half_pixel' && Math.abs((scale * x[axis]!) / size - 1) < 1e-6) ||
      (coordinates === 'pytorch_half_pixel' && size > 1 && Math.abs((scale * x[axis]!) / size - 1) < 1e-6),
  );
