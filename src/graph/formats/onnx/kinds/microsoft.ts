// Operators on integers that onnxruntime's quantiser writes beside ONNX's own (domain com.microsoft).
import { Call, type Kind } from '../../model/call.ts';
import { broadcastShape, map, stretchedStrides, walk } from '../../model/math/broadcast.ts';
import { roundEven, sigmoid } from '../../model/math/functions.ts';
import { around } from '../../model/math/move.ts';
import { zeros, type Tensor } from '../../model/tensor.ts';
import { saturate } from './elementwise.ts';
import { products } from './product.ts';
import { dequantizeLinear, quantizeLinear, requantize, scaleAt, slices, zeroPoint } from './quantized.ts';
import { windowed } from './window.ts';

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
          sum +=
            (a.data[i * inner + k]! - za) * (b.data[transposed ? j * inner + k : k * columns + j]! - (zb[j] ?? zb[0]!));
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
    return [
      call.like(
        0,
        call.shape(0).map((size, i) => (i < 2 ? size : 1)),
      ),
    ];
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
    for (let i = 2; i < call.node.inputs.length; i += 3)
      size += call.shape(i)[axis] ?? call.fail('joins tensors of other ranks');
    return [
      call.like(
        2,
        first.map((n, a) => (a === axis ? size : n)),
      ),
    ];
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

/** x, sx, zx, sy, zy: an operator of real numbers between integers. `opset` of it, where a node names one. */
const between = (inner: Kind): Kind => {
  const realCall = (call: Call, tensor?: Tensor): Call => {
    if (call.number('channels_last', 0) !== 0) call.skip('keeps channels last, which is not read here');
    const node = { ...call.node, inputs: call.node.inputs.slice(0, 1) };
    const operand = { type: 'float32' as const, shape: call.shape(0), ...(tensor && { tensor }) };
    return new Call(node, call.number('opset', call.opset), [operand]);
  };
  return {
    infer: (call) => [call.like(0, inner.infer(realCall(call))[0]!.shape)],
    run(call, [out]) {
      const [sx, sy] = [call.tensor(1).data[0]!, call.tensor(3).data[0]!];
      const [zx, zy] = [zeroPoint(call, 2)[0]!, zeroPoint(call, 4)[0]!];
      const [x, y] = [zeros('float32', call.shape(0)), zeros('float32', out!.shape)];
      map(x, call.tensor(0), (q) => (q - zx) * sx);
      inner.run!(realCall(call, x), [y]);
      map(out!, y, (value) => saturate(roundEven(Math.fround(value / sy)) + zy, out!.type));
    },
  };
};

const own: Readonly<Record<string, Kind>> = {
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
  QLinearAveragePool: between(windowed.AveragePool!),
  QLinearSoftmax: between(products.Softmax!),
  QLinearConcat: qLinearConcat,
  QGemm: qGemm,
};

export const microsoft: Readonly<Record<string, Kind>> = Object.fromEntries(
  Object.entries(own).map(([name, kind]) => [`com.microsoft.${name}`, kind]),
);
