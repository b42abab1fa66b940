// ONNX matrix products, reductions and softmax.
import type { Call, Kind } from '../../model/call.ts';
import { broadcastShape, map, map2 } from '../../model/math/broadcast.ts';
import { around } from '../../model/math/move.ts';
import { multiply, reduce, reductions } from '../../model/math/product.ts';
import { zeros, type Tensor } from '../../model/tensor.ts';

/** Shape of a batched product; vectors count as a row on the left and a column on the right. */
export function productShape(call: Call, a: readonly number[], b: readonly number[]): number[] {
  if (a.length === 0 || b.length === 0) call.fail('multiplies a scalar');
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  if (left.at(-1) !== right.at(-2)) call.fail(`multiplies [${a.join(', ')}] by [${b.join(', ')}]`);
  const batch = broadcastShape([left.slice(0, -2), right.slice(0, -2)]);
  if (!batch) return call.fail(`multiplies batches of [${a.join(', ')}] and [${b.join(', ')}]`);
  return [...batch, ...(a.length === 1 ? [] : [left.at(-2)!]), ...(b.length === 1 ? [] : [right.at(-1)!])];
}

/** Runs the product of {@link productShape}; `zero` are the operands' zero points. */
export function product(
  out: Tensor,
  a: Tensor,
  b: Tensor,
  zero: { a?: readonly number[]; b?: readonly number[] } = {},
): void {
  const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  const batch = broadcastShape([left.slice(0, -2), right.slice(0, -2)]) ?? [];
  const shape = [...batch, left.at(-2)!, right.at(-1)!];
  multiply(
    { data: out.data, shape },
    { data: a.data, shape: left, ...(zero.a ? { zero: zero.a } : {}) },
    { data: b.data, shape: right, ...(zero.b ? { zero: zero.b } : {}) },
  );
}

const matMul: Kind = {
  infer: (call) => [call.like(0, productShape(call, call.shape(0), call.shape(1)))],
  run: (call, [out]) => product(out!, call.tensor(0), call.tensor(1)),
};

const gemm: Kind = {
  infer(call) {
    const [a, b] = [call.shape(0), call.shape(1)];
    if (a.length !== 2 || b.length !== 2) call.fail('multiplies tensors that are no matrices');
    const [m, k] = call.number('transA', 0) ? [a[1]!, a[0]!] : [a[0]!, a[1]!];
    const [kb, n] = call.number('transB', 0) ? [b[1]!, b[0]!] : [b[0]!, b[1]!];
    if (k !== kb) call.fail(`multiplies ${m} × ${k} by ${kb} × ${n}`);
    if (call.has(2) && broadcastShape([call.shape(2), [m, n]])?.join() !== `${m},${n}`)
      call.fail('adds a matrix of another shape');
    return [call.like(0, [m, n])];
  },
  run(call, [out]) {
    const [alpha, beta] = [call.number('alpha', 1), call.number('beta', 1)];
    const sums = zeros('float64', out!.shape);
    multiply(
      sums,
      { ...call.tensor(0), transposed: call.number('transA', 0) !== 0 },
      { ...call.tensor(1), transposed: call.number('transB', 0) !== 0 },
    );
    const zero: Tensor = { type: 'float32', shape: [1], data: new Float32Array(1) };
    map2(out!, sums, call.has(2) ? call.tensor(2) : zero, (x, c) => alpha * x + beta * c);
  },
};

/** Axes of a reduction: an attribute, or since opset `since` an operand; none means all, unless told to do nothing. */
function reduced(call: Call, since: number): { axes: number[]; shape: number[] } {
  const x = call.shape(0);
  const given = call.opset >= since ? (call.has(1) ? call.constants(1) : undefined) : call.list('axes');
  const nothing = call.number('noop_with_empty_axes', 0) === 1;
  const axes = given && given.length > 0 ? call.axes(given, x.length) : nothing ? [] : x.map((_, axis) => axis);
  const keep = call.number('keepdims', 1) !== 0;
  const shape = x.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size]));
  return { axes, shape };
}

const reducing = (name: string, since: number): Kind => ({
  infer: (call) => [call.like(0, reduced(call, since).shape)],
  run: (call, [out]) => reduce(out!, call.tensor(0), reduced(call, since).axes, reductions[name]!),
});

const argKind = (better: (x: number, best: number) => boolean): Kind => ({
  infer(call) {
    const x = call.shape(0);
    const axis = call.axis(call.number('axis', 0), x.length);
    const keep = call.number('keepdims', 1) !== 0;
    return [{ type: 'int64', shape: x.flatMap((size, i) => (i === axis ? (keep ? [1] : []) : [size])) }];
  },
  run(call, [out]) {
    const x = call.tensor(0);
    const [outer, size, inner] = around(x.shape, call.axis(call.number('axis', 0), x.shape.length));
    const last = call.number('select_last_index', 0) !== 0;
    for (let o = 0; o < outer; o++)
      for (let k = 0; k < inner; k++) {
        let best = 0;
        const at = (i: number): number => x.data[(o * size + i) * inner + k]!;
        for (let i = 1; i < size; i++) if (better(at(i), at(best)) || (last && at(i) === at(best))) best = i;
        out!.data[o * inner + k] = best;
      }
  },
});

/** Before opset 13 all axes from `axis` on are one; since then only `axis` is meant. */
function softmaxAxes(call: Call): readonly [outer: number, size: number, inner: number] {
  const shape = call.shape(0);
  const old = call.opset < 13;
  const axis = call.axis(call.number('axis', old ? 1 : -1), shape.length);
  const [outer, size, inner] = around(shape, axis);
  return old ? [outer, size * inner, 1] : [outer, size, inner];
}

const softmaxKind = (log: boolean): Kind => ({
  infer(call) {
    softmaxAxes(call);
    return [call.like(0)];
  },
  run(call, [out]) {
    const x = call.tensor(0).data;
    const [outer, size, inner] = softmaxAxes(call);
    for (let o = 0; o < outer; o++)
      for (let k = 0; k < inner; k++) {
        const at = (i: number): number => (o * size + i) * inner + k;
        let most = -Infinity;
        for (let i = 0; i < size; i++) most = Math.max(most, x[at(i)]!);
        let sum = 0;
        for (let i = 0; i < size; i++) sum += Math.exp(x[at(i)]! - most);
        for (let i = 0; i < size; i++) {
          const shifted = x[at(i)]! - most;
          out!.data[at(i)] = log ? shifted - Math.log(sum) : Math.exp(shifted) / sum;
        }
      }
  },
});

export const products: Readonly<Record<string, Kind>> = {
  MatMul: matMul,
  Gemm: gemm,
  ReduceSum: reducing('Sum', 13),
  ReduceMean: reducing('Mean', 18),
  ReduceMax: reducing('Max', 18),
  ReduceMin: reducing('Min', 18),
  ReduceProd: reducing('Prod', 18),
  ReduceL1: reducing('L1', 18),
  ReduceL2: reducing('L2', 18),
  ReduceSumSquare: reducing('SumSquare', 18),
  ReduceLogSum: reducing('LogSum', 18),
  ReduceLogSumExp: reducing('LogSumExp', 18),
  ArgMax: argKind((x, best) => x > best),
  ArgMin: argKind((x, best) => x < best),
  Softmax: softmaxKind(false),
  LogSoftmax: softmaxKind(true),
  Dropout: {
    infer: (call) => [call.like(0), call.like(0, undefined, 'bool')].slice(0, call.node.outputs.length),
    run(call, [out, mask]) {
      map(out!, call.tensor(0), (x) => x);
      mask?.data.fill(1);
    },
  },
};
