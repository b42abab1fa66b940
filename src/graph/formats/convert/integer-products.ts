// Convolutions and products of integers with integers: exact sums whose scale waits for the rounding that follows.
import { permuted, Unfit, type Val } from './emitter.ts';
import { scalesOf } from './integers.ts';
import type { ConstantSteps, Context } from './rule.ts';

interface Operands {
  readonly x: Val;
  readonly weight: Float32Array;
  readonly bias: Float32Array | undefined;
}

/**
 * What `multiply` makes of operand `xAt` and the filters at `wAt`, whose axes become `order` (the output first): of integers where both are, else of
 * real numbers. `bias` comes in the unit of the sums.
 */
export function productOf(
  c: Context,
  [xAt, wAt, bAt]: readonly [number, number, number],
  order: readonly number[],
  multiply: (operands: Operands) => Val,
): Val {
  const x = c.lying(xAt);
  const w = c.integers(wAt);
  const { scale } = x;
  const outAxis = order[0]!;
  const exact = w !== undefined && typeof scale === 'number' && x.bounds === undefined && along(w, outAxis);
  const bias = c.call.has(bAt) ? c.vector(bAt) : undefined;
  if (!exact) {
    const weight = c.constant(wAt) ?? c.fail('has computed filters');
    return multiply({ x: c.x(xAt), weight: permuted(weight, order), bias });
  }
  const scales = scalesOf(scale, w.scale, w.tensor.shape[outAxis]!);
  const bare = { id: x.id, order: x.order, shape: x.shape };
  const made = multiply({
    x: bare,
    weight: permuted(w.tensor, order),
    bias: bias && inUnits(bias, scales, c.integers(bAt)),
  });
  return { ...made, scale: scales };
}

const along = ({ scale, axis }: ConstantSteps, outAxis: number): boolean => scale.length === 1 || axis === outAxis;

/** A bias in the unit of the sums: the file's own integers where they are stored so. */
export function inUnits(bias: Float32Array, scales: Float32Array, stored: ConstantSteps | undefined): Float32Array {
  const unit = (o: number): number => scales[scales.length > 1 ? o : 0]!;
  const own = (o: number): number => stored?.scale[stored.scale.length > 1 ? o : 0] ?? NaN;
  const same = bias.every((_, o) => Math.abs(own(o) / unit(o) - 1) < 1e-3);
  return bias.map((value, o) => (same ? stored!.tensor.data[o]! : value / unit(o)));
}

/** A number that a node reads as a constant: a scale, a zero point. */
export function numberAt(c: Context, index: number, otherwise = 0): number {
  if (!c.call.has(index)) return otherwise;
  const { data } = c.constant(index) ?? c.fail(`has a computed operand ${index}, where a constant is meant`);
  if (data.length !== 1) throw new Unfit(`has ${data.length} numbers as operand ${index}, where one is meant`);
  return data[0]!;
}
