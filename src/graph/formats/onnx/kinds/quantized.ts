// ONNX operators on integers: QDQ pairs, QLinear and Integer products, and the com.microsoft operators that onnxruntime's quantiser writes.
import type { Call, Kind } from '../../model/call.ts';
import { broadcastShape, map, stretchedStrides, walk } from '../../model/math/broadcast.ts';
import { convolve } from '../../model/math/conv.ts';
import { around } from '../../model/math/move.ts';
import { rangeOf, zeros, type Tensor } from '../../model/tensor.ts';
import type { DataType } from '../../model/model.ts';
import { roundEven, sigmoid } from '../../model/math/functions.ts';
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
      if (!(value > 0) || !Number.isFinite(value)) call.fail(`has a quantisation scale of ${value}; a scale is finite and above 0`);
  const count = sizes.reduce((a, b) => a * b, 1);
  if (sizes.length === 0 || (sizes.length === 1 && count === 1)) return -1;
  if (sizes.length > 1 || call.number('block_size', 0) !== 0) call.skip('is quantised in blocks, which is not computed here');
  const along = call.axis(axis, shape.length);
  if (shape[along] !== count) call.fail(`has ${count} scales for ${shape[along]} slices along axis ${along}`);
  return along;
}

const zeroPoint = (call: Call, index: number): readonly number[] => (call.has(index) ? Array.from(call.tensor(index).data) : [0]);

/** Calls `visit(i, s)` for each value i with the index s of its slice. */
function slices(shape: readonly number[], axis: number, visit: (i: number, slice: number) => void): void {
  const [outer, size, inner] = axis < 0 ? [1, 1, shape.reduce((a, b) => a * b, 1)] : around(shape, axis);
  for (let o = 0, i = 0; o < outer; o++) for (let s = 0; s < size; s++) for (let k = 0; k < inner; k++, i++) visit(i, s);
}

const quantizeLinear: Kind = {
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

const dequantizeLinear: Kind = {
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
  infer: (call) => [
    call.like(0, undefined, 'uint8'),
    { type: 'float32', shape: [] },
    { type: 'uint8', shape: [] },
  ],
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
function requantize(out: Tensor, sums: Tensor, factor: (slice: number) => number, zero: number, axis: number): void {
  slices(out.shape, axis, (i, s) => {
    out.data[i] = saturate(roundEven(Math.fround(sums.data[i]! * factor(s))) + zero, out.type);
  });
}

const scaleAt = (call: Call, index: number) => {
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
  run: (call, [out]) =>
    product(out!, call.tensor(0), call.tensor(1), { a: zeroPoint(call, 2), b: zeroPoint(call, 3) }),
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

/** com.microsoft.QGemm: a, sa, za, b, sb, zb, bias, sy, zy; without sy the result is float32. */
const qGemm: Kind = {
  infer(call) {
    const b = call.shape(3);
    const columns = call.number('transB', 0) ? b[0]! : b[1]!;
    return [{ type: call.has(7) ? call.type(8) : 'float32', shape: [call.shape(0)[0]!, columns] }];
  },
  run(call, [out]) {
    const [a, b] = [call.tensor(0), call.tensor(3)];
    const [rows, columns] = out!.shape as [number, number];
    const inner = a.shape[1]!;
    const transposed = call.number('transB', 0) !== 0;
    const [za, zb] = [zeroPoint(call, 2)[0]!, zeroPoint(call, 5)];
    const bias = call.has(6) ? call.tensor(6).data : undefined;
    const sums = zeros('float64', out!.shape);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let sum = bias ? bias[bias.length > columns ? i * columns + j : j % bias.length]! : 0;
        for (let k = 0; k < inner; k++)
          sum += (a.data[i * inner + k]! - za) * (b.data[transposed ? j * inner + k : k * columns + j]! - (zb[j] ?? zb[0]!));
        sums.data[i * columns + j] = sum;
      }
    const sb = scaleAt(call, 4);
    const sa = call.tensor(1).data[0]! * call.number('alpha', 1);
    if (!call.has(7)) slices(out!.shape, 1, (i, s) => (out!.data[i] = sums.data[i]! * sa * sb(s)));
    else requantize(out!, sums, (s) => (sa * sb(s)) / call.tensor(7).data[0]!, zeroPoint(call, 8)[0]!, 1);
  },
};

/** a, sa, za, b, sb, zb, sy, zy: in real numbers between integers. */
const qLinearBinary = (f: (x: number, y: number) => number): Kind => ({
  infer(call) {
    const shape = broadcastShape([call.shape(0), call.shape(3)]);
    if (!shape) return call.fail('has operands that do not broadcast');
    return [call.like(0, shape)];
  },
  run(call, [out]) {
    const [a, b] = [call.tensor(0), call.tensor(3)];
    const [sa, sb, sy] = [1, 4, 6].map((i) => call.tensor(i).data[0]!) as [number, number, number];
    const [za, zb, zy] = [2, 5, 7].map((i) => zeroPoint(call, i)[0]!) as [number, number, number];
    walk(out!.shape, [stretchedStrides(a.shape, out!.shape), stretchedStrides(b.shape, out!.shape)], (i, [p, q]) => {
      const value = f((a.data[p!]! - za) * sa, (b.data[q!]! - zb) * sb);
      out!.data[i] = saturate(roundEven(Math.fround(value / sy)) + zy, out!.type);
    });
  },
});

/** x, sx, zx, sy, zy. */
const qLinearUnary = (make: (call: Call) => (x: number) => number): Kind => ({
  infer: (call) => [call.like(0)],
  run(call, [out]) {
    const f = make(call);
    const [sx, sy] = [call.tensor(1).data[0]!, call.tensor(3).data[0]!];
    const [zx, zy] = [zeroPoint(call, 2)[0]!, zeroPoint(call, 4)[0]!];
    map(out!, call.tensor(0), (x) => saturate(roundEven(Math.fround(f((x - zx) * sx) / sy)) + zy, out!.type));
  },
});

const qLinearGlobalAveragePool: Kind = {
  infer(call) {
    if (call.number('channels_last', 0) !== 0) call.skip('keeps channels last, which is not read here');
    return [call.like(0, call.shape(0).map((size, i) => (i < 2 ? size : 1)))];
  },
  run(call, [out]) {
    const x = call.tensor(0);
    const pixels = x.data.length / out!.data.length;
    const [sx, sy] = [call.tensor(1).data[0]!, call.tensor(3).data[0]!];
    const [zx, zy] = [zeroPoint(call, 2)[0]!, zeroPoint(call, 4)[0]!];
    for (let i = 0; i < out!.data.length; i++) {
      let sum = 0;
      for (let k = 0; k < pixels; k++) sum += x.data[i * pixels + k]! - zx;
      out!.data[i] = saturate(roundEven((sum * sx) / (sy * pixels)) + zy, out!.type);
    }
  },
};

/** sy, zy, then (x, sx, zx) for each part. */
const qLinearConcat: Kind = {
  infer(call) {
    const first = call.shape(2);
    const axis = call.axis(call.number('axis', 1), first.length);
    let size = 0;
    for (let i = 2; i < call.node.inputs.length; i += 3) size += call.shape(i)[axis] ?? call.fail('joins tensors of other ranks');
    return [call.like(2, first.map((n, a) => (a === axis ? size : n)))];
  },
  run(call, [out]) {
    const axis = call.axis(call.number('axis', 1), out!.shape.length);
    const [outer, total, inner] = around(out!.shape, axis);
    const [sy, zy] = [call.tensor(0).data[0]!, zeroPoint(call, 1)[0]!];
    let done = 0;
    for (let p = 2; p < call.node.inputs.length; p += 3) {
      const x = call.tensor(p);
      const [sx, zx] = [call.tensor(p + 1).data[0]!, zeroPoint(call, p + 2)[0]!];
      const run = x.shape[axis]! * inner;
      for (let o = 0; o < outer; o++)
        for (let i = 0; i < run; i++)
          out!.data[(o * total + done) * inner + i] = saturate(
            roundEven(Math.fround(((x.data[o * run + i]! - zx) * sx) / sy)) + zy,
            out!.type,
          );
      done += x.shape[axis]!;
    }
  },
};

const integer = (type: DataType): boolean => rangeOf[type] !== undefined;

const ms: Readonly<Record<string, Kind>> = {
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
  QLinearAdd: qLinearBinary((x, y) => x + y),
  QLinearMul: qLinearBinary((x, y) => x * y),
  QLinearSigmoid: qLinearUnary(() => sigmoid),
  QLinearLeakyRelu: qLinearUnary((call) => {
    const alpha = call.number('alpha', 0.01);
    return (x) => (x < 0 ? alpha * x : x);
  }),
  QLinearGlobalAveragePool: qLinearGlobalAveragePool,
  QLinearConcat: qLinearConcat,
  QGemm: qGemm,
};

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
  ...Object.fromEntries(Object.entries(ms).map(([name, kind]) => [`com.microsoft.${name}`, kind])),
};
