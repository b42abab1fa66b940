// What TFLite operators share: operands as real numbers whatever they are stored as, results stored as their tensor says, fused activations.
import type { Call } from '../../model/call.ts';
import { around } from '../../model/math/move.ts';
import type { AffineQuantization } from '../../model/model.ts';
import { roundEven } from '../../model/math/functions.ts';
import { isFloatType, rangeOf, type Tensor } from '../../model/tensor.ts';

/** Calls `visit(i, s)` for each value i with the index s of its slice along the quantised axis. */
function eachSlice(
  shape: readonly number[],
  { scale, axis }: AffineQuantization,
  visit: (i: number, s: number) => void,
): void {
  const count = shape.reduce((a, b) => a * b, 1);
  const [outer, size, inner] = scale.length > 1 ? around(shape, axis) : [1, 1, count];
  for (let o = 0, i = 0; o < outer; o++)
    for (let s = 0; s < size; s++) for (let k = 0; k < inner; k++, i++) visit(i, s);
}

/** Operand `index` as real numbers in float64: dequantised where it is quantised. */
export function real(call: Call, index: number): Tensor {
  const { quantization } = call.known(index);
  const { type, shape, data } = call.tensor(index);
  if (isFloatType(type) || !quantization) return { type: 'float64', shape, data: Float64Array.from(data) };
  const result = new Float64Array(data.length);
  eachSlice(shape, quantization, (i, s) => {
    result[i] = (data[i]! - (quantization.zeroPoint[s] ?? quantization.zeroPoint[0] ?? 0)) * quantization.scale[s]!;
  });
  return { type: 'float64', shape, data: result };
}

/** One rounding, to nearest, halves up. */
export const rounded = (value: number): number => Math.floor(value + 0.5);

/** Function of the fused activation; names of schema.fbs. */
export function activation(call: Call): (x: number) => number {
  const name = call.text('activation', 'NONE');
  switch (name) {
    case 'NONE':
      return (x) => x;
    case 'RELU':
      return (x) => Math.max(0, x);
    case 'RELU6':
      return (x) => Math.min(6, Math.max(0, x));
    case 'RELU_N1_TO_1':
      return (x) => Math.min(1, Math.max(-1, x));
    case 'TANH':
      return Math.tanh;
    default:
      return call.fail(`has the fused activation ${name}`);
  }
}

/** Stores real numbers into a result: activated, and quantised where the tensor is. */
export function emit(call: Call, out: Tensor, values: Float64Array, index = 0): void {
  const act = activation(call);
  const quantization = call.results[index];
  const range = rangeOf[out.type];
  if (!quantization || !range) {
    for (let i = 0; i < values.length; i++) out.data[i] = act(values[i]!);
    return;
  }
  eachSlice(out.shape, quantization, (i, s) => {
    const zero = quantization.zeroPoint[s] ?? quantization.zeroPoint[0] ?? 0;
    const value = rounded(act(values[i]!) / quantization.scale[s]!) + zero;
    out.data[i] = Math.max(range[0], Math.min(range[1], value));
  });
}

/** Scale and zero point of a value quantised as a whole. */
export interface Affine {
  readonly scale: number;
  readonly zero: number;
}
export const affine = (quantization: AffineQuantization | undefined): Affine | undefined =>
  quantization?.scale.length === 1
    ? { scale: quantization.scale[0]!, zero: quantization.zeroPoint[0] ?? 0 }
    : undefined;

/**
 * Integer sums of products to integers: one rounding of sum · (sx · sw / sy), cut to the range of the activation. `slice` gives the output
 * channel of an index. Factor and product
 * are float32 and the tie goes to even: byte for byte XNNPACK's, TFLite's default kernels. (Its reference kernels round twice.)
 */
export function requantized(
  call: Call,
  out: Tensor,
  sums: Float64Array,
  input: Affine,
  weights: AffineQuantization,
  output: Affine,
  slice: (index: number) => number,
): void {
  const [low, high] = rangeOf[out.type] ?? [0, 0];
  const act = activation(call);
  const bound = (q: number): number => rounded(act((q - output.zero) * output.scale) / output.scale) + output.zero;
  const [from, to] = [Math.max(low, bound(low)), Math.min(high, bound(high))];
  const factors = weights.scale.map((scale) =>
    Math.fround(Math.fround(Math.fround(input.scale) * Math.fround(scale)) / Math.fround(output.scale)),
  );
  for (let i = 0; i < sums.length; i++) {
    const factor = factors[factors.length > 1 ? slice(i) : 0]!;
    out.data[i] = Math.max(from, Math.min(to, roundEven(Math.fround(Math.fround(sums[i]!) * factor)) + output.zero));
  }
}
