// Constructors of weight expressions, with the simplifications that keep a printed plan readable.
import type { WeightExpr } from '../../gpu-kernels/step.ts';
import { elements, type Shape } from '../../gpu-kernels/op.ts';

export const zeros = (shape: Shape): WeightExpr => ({ kind: 'zeros', shape });
export const normScale = (gamma: WeightExpr, variance: WeightExpr, eps: number): WeightExpr => ({
  kind: 'normScale',
  gamma,
  variance,
  eps,
  shape: gamma.shape,
});
export const sqrt = (a: WeightExpr, eps: number): WeightExpr => ({ kind: 'sqrt', a, eps, shape: a.shape });
export const scale = (a: WeightExpr, factor: number): WeightExpr =>
  a.kind === 'zeros' ? a : { kind: 'scale', a, factor, shape: a.shape };

/** a · b; `b` a vector along `axis` of `a`, or of the same shape. */
export const mul = (a: WeightExpr, b: WeightExpr, axis?: number): WeightExpr =>
  a.kind === 'zeros' ? a : { kind: 'mul', a, b, ...(axis === undefined ? {} : { axis }), shape: a.shape };
export const add = (a: WeightExpr, b: WeightExpr): WeightExpr =>
  a.kind === 'zeros' ? b : b.kind === 'zeros' ? a : { kind: 'add', a, b, shape: a.shape };
export const sub = (a: WeightExpr, b: WeightExpr): WeightExpr =>
  b.kind === 'zeros' ? a : { kind: 'sub', a, b, shape: a.shape };

/** Vector over axis 0 of `a`: what the shift `b` of a product's input adds to its result. */
export const contract = (a: WeightExpr, b: WeightExpr, groups: number): WeightExpr =>
  b.kind === 'zeros'
    ? zeros([a.shape[0] as number])
    : { kind: 'contract', a, b, groups, shape: [a.shape[0] as number] };

export function concat(parts: readonly WeightExpr[], axis: number): WeightExpr {
  const first = parts[0] as WeightExpr;
  const shape = first.shape.map((size, i) =>
    i === axis ? parts.reduce((sum, part) => sum + (part.shape[axis] as number), 0) : size,
  );
  return parts.every((part) => part.kind === 'zeros') ? zeros(shape) : { kind: 'concat', parts, axis, shape };
}

export function reshape(a: WeightExpr, shape: Shape): WeightExpr {
  if (elements(a.shape) !== elements(shape)) throw new Error(`cannot see ${a.shape.join('×')} as ${shape.join('×')}`);
  if (a.kind === 'zeros') return zeros(shape);
  return { kind: 'reshape', a: a.kind === 'reshape' ? a.a : a, shape };
}

export const gather = (a: WeightExpr, axis: number, indices: readonly number[]): WeightExpr => ({
  kind: 'gather',
  a,
  axis,
  indices,
  shape: a.shape.map((size, i) => (i === axis ? indices.length : size)),
});
