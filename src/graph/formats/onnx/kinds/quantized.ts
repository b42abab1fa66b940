// ONNX operators on integers: QDQ pairs, QLinear and Integer products.
import type { Call, Kind } from '../../model/call.ts';
import { convolve } from '../../model/math/conv.ts';
import { around } from '../../model/math/move.ts';
import { rangeOf, zeros, type Tensor } from '../../model/tensor.ts';
import type { DataType } from '../../model/model.ts';
import { roundEven } from '../../model/math/functions.ts';
import { saturate } from './elementwise.ts';
import { product, productShape } from './product.ts';
import { convolution, filters, planes } from './window.ts';

/** Where scale and zero point of an operand stand. */
interface Pair {
  readonly scale: number;
  readonly zero: number;
}

/** Checks a constant scale: finite, above 0, one for the tensor or one a slice along `axis`. Returns the axis, or −1 for one scale. */
function scaleAxis(call: Call, { scale }: Pair, axis: number, shape: readonly number[]): number {
  const sizes = call.shape(scale);
  if (call.known(scale).tensor)
    for (const value of call.tensor(scale).data)
      if (!(value > 0) || !Number.isFinite(value))
        call.fail(`has a quantisation scale of ${value}; a scale is finite and above 0`);
  const count = sizes.reduce((a, b) => a * b, 1);
  if (sizes.length === 0 || (sizes.length === 1 && count === 1)) return -1;
  if (sizes.length > 1 || call.number('block_size', 0) !== 0)
    call.skip('is quantised in blocks, which is not computed here');
  const along = call.axis(axis, shape.length);
  if (shape[along] !== count) call.fail(`has ${count} scales for ${shape[along]} slices along axis ${along}`);
  return along;
}

export const zeroPoint = (call: Call, index: number): readonly number[] =>
  call.has(index) ? Array.from(call.tensor(index).data) : [0];

/** Calls `visit(i, s)` for each value i with the index s of its slice. */
export function slices(shape: readonly number[], axis: number, visit: (i: number, slice: number) => void): void {
  const [outer, size, inner] = axis < 0 ? [1, 1, shape.reduce((a, b) => a * b, 1)] : around(shape, axis);
  for (let o = 0, i = 0; o < outer; o++)
    for (let s = 0; s < size; s++) for (let k = 0; k < inner; k++, i++) visit(i, s);
}

export const quantizeLinear: Kind = {
  infer(call) {
    scaleAxis(call, { scale: 1, zero: 2 }, call.number('axis', 1), call.shape(0));
    return [{ type: call.has(2) ? call.type(2) : 'uint8', shape: call.shape(0) }];
  },
  run(call, [out]) {
    const x = call.tensor(0).data;
    const scale = call.tensor(1).data;
    const zero = zeroPoint(call, 2);
    const axis = scaleAxis(call, { scale: 1, zero: 2 }, call.number('axis', 1), call.shape(0));
    slices(call.shape(0), axis, (i, s) => {
      // The quotient is float32's, as every runtime computes it.
      out!.data[i] = saturate(roundEven(Math.fround(x[i]! / scale[s]!)) + (zero[s] ?? zero[0]!), out!.type);
    });
  },
};

export const dequantizeLinear: Kind = {
  infer(call) {
    scaleAxis(call, { scale: 1, zero: 2 }, call.number('axis', 1), call.shape(0));
    return [{ type: call.type(1), shape: call.shape(0) }];
  },
  run(call, [out]) {
    const x = call.tensor(0).data;
    const scale = call.tensor(1).data;
    const zero = zeroPoint(call, 2);
    const axis = scaleAxis(call, { scale: 1, zero: 2 }, call.number('axis', 1), call.shape(0));
    slices(call.shape(0), axis, (i, s) => {
      out!.data[i] = (x[i]! - (zero[s] ?? zero[0]!)) * scale[s]!;
    });
  },
};

/** y_scale = (max − min) / 255 over a range that holds 0; y_zero = round(−min / scale). */
const dynamicQuantize: Kind = {
  infer: (call) => [call.like(0, undefined, 'uint8'), { type: 'float32', shape: [] }, { type: 'uint8', shape: [] }],
  run(call, [out, scaleOut, zeroOut]) {
    const x = call.tensor(0).data;
    let [low, high] = [0, 0];
    for (const value of x) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const scale = Math.fround((high - low) / 255);
    const zero = scale === 0 ? 0 : saturate(roundEven(-low / scale), 'uint8');
    scaleOut!.data[0] = scale;
    zeroOut!.data[0] = zero;
    for (let i = 0; i < x.length; i++)
      out!.data[i] = scale === 0 ? zero : saturate(roundEven(Math.fround(x[i]! / scale)) + zero, 'uint8');
  },
};

/** Exact integer sums, then one rounding to nearest even of sum · (sx · sw / sy). */
export function requantize(
  out: Tensor,
  sums: Tensor,
  factor: (slice: number) => number,
  zero: number,
  axis: number,
): void {
  slices(out.shape, axis, (i, s) => {
    out.data[i] = saturate(roundEven(Math.fround(sums.data[i]! * factor(s))) + zero, out.type);
  });
}

export const scaleAt = (call: Call, index: number) => {
  const { data } = call.tensor(index);
  return (slice: number): number => data[data.length > 1 ? slice : 0]!;
};

/** x, sx, zx, w, sw, zw, sy, zy, bias. */
const qLinearConv: Kind = {
  infer: (call) => [{ type: call.type(7), shape: convolution(call, call.shape(0), call.shape(3)).shape }],
  run(call, [out]) {
    const { groups, sweep } = convolution(call, call.shape(0), call.shape(3));
    const sums = zeros('float64', out!.shape);
    const zero = { x: zeroPoint(call, 2)[0]!, w: zeroPoint(call, 5) };
    const bias = call.has(8) ? call.tensor(8).data : undefined;
    convolve(planes(sums), planes(call.tensor(0)), filters(call.tensor(3)), bias, groups, sweep, zero);
    const sw = scaleAt(call, 4);
    const ratio = call.tensor(1).data[0]! / call.tensor(6).data[0]!;
    requantize(out!, sums, (s) => sw(s) * ratio, zeroPoint(call, 7)[0]!, 1);
  },
};

const convInteger: Kind = {
  infer: (call) => [{ type: 'int32', shape: convolution(call, call.shape(0), call.shape(1)).shape }],
  run(call, [out]) {
    const { groups, sweep } = convolution(call, call.shape(0), call.shape(1));
    const zero = { x: zeroPoint(call, 2)[0]!, w: zeroPoint(call, 3) };
    convolve(planes(out!), planes(call.tensor(0)), filters(call.tensor(1)), undefined, groups, sweep, zero);
  },
};

const matMulInteger: Kind = {
  infer: (call) => [{ type: 'int32', shape: productShape(call, call.shape(0), call.shape(1)) }],
  run: (call, [out]) => product(out!, call.tensor(0), call.tensor(1), { a: zeroPoint(call, 2), b: zeroPoint(call, 3) }),
};

/** a, sa, za, b, sb, zb, sy, zy. */
const qLinearMatMul: Kind = {
  infer: (call) => [{ type: call.type(7), shape: productShape(call, call.shape(0), call.shape(3)) }],
  run(call, [out]) {
    const sums = zeros('float64', out!.shape);
    product(sums, call.tensor(0), call.tensor(3), { a: zeroPoint(call, 2), b: zeroPoint(call, 5) });
    const sb = scaleAt(call, 4);
    const ratio = call.tensor(1).data[0]! / call.tensor(6).data[0]!;
    requantize(out!, sums, (s) => sb(s) * ratio, zeroPoint(call, 7)[0]!, out!.shape.length - 1);
  },
};

const integer = (type: DataType): boolean => rangeOf[type] !== undefined;

export const quantized: Readonly<Record<string, Kind>> = {
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
  DynamicQuantizeLinear: dynamicQuantize,
  QLinearConv: {
    ...qLinearConv,
    infer(call) {
      if (!integer(call.type(0))) call.fail(`convolves ${call.type(0)} as integers`);
      return qLinearConv.infer(call);
    },
  },
  ConvInteger: convInteger,
  MatMulInteger: matMulInteger,
  QLinearMatMul: qLinearMatMul,
};
