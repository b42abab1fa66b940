// ONNX matrix products, normalisations, reductions and softmax.
import type { Call, Kind } from '../../model/call.ts';
import { broadcastShape, map, map2, stretchedStrides, walk } from '../../model/math/broadcast.ts';
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
    if (call.has(2) && broadcastShape([call.shape(2), [m, n]])?.join() !== `${m},${n}`) call.fail('adds a matrix of another shape');
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
  const axes =
    given && given.length > 0 ? call.axes(given, x.length) : nothing ? [] : x.map((_, axis) => axis);
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

/** y = scale[c] · (x − mean[c]) / √(var[c] + ε) + bias[c]: an affine map of each channel (axis 1). */
const batchNorm: Kind = {
  infer(call) {
    const channels = call.shape(0)[1] ?? 1;
    for (let i = 1; i < 5; i++) if (call.shape(i)[0] !== channels) call.fail(`has statistics of ${call.shape(i)[0]} for ${channels} channels`);
    if (call.number('training_mode', 0) === 1) call.skip('trains its statistics, which is not run here');
    return [call.like(0)];
  },
  run(call, [out]) {
    const [x, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map((i) => call.tensor(i).data);
    const [outer, channels, inner] = around(call.shape(0), 1);
    const epsilon = call.number('epsilon', 1e-5);
    for (let o = 0; o < outer; o++)
      for (let c = 0; c < channels; c++) {
        const factor = scale![c]! / Math.sqrt(variance![c]! + epsilon);
        for (let k = 0; k < inner; k++) {
          const i = (o * channels + c) * inner + k;
          out!.data[i] = (x![i]! - mean![c]!) * factor + bias![c]!;
        }
      }
  },
};

/** Normalises each run of `size` values: (x − mean) / √(var + ε), or x / rms. `affine` gives scale and bias of a place. */
function normalise(
  out: Tensor,
  x: Tensor,
  size: number,
  epsilon: number,
  centred: boolean,
  affine: (index: number) => readonly [scale: number, bias: number],
  stats?: { mean?: Tensor | undefined; inverse?: Tensor | undefined },
): void {
  for (let from = 0, row = 0; from < x.data.length; from += size, row++) {
    let mean = 0;
    if (centred) {
      for (let i = 0; i < size; i++) mean += x.data[from + i]!;
      mean /= size;
    }
    let variance = 0;
    for (let i = 0; i < size; i++) variance += (x.data[from + i]! - mean) ** 2;
    const factor = 1 / Math.sqrt(variance / size + epsilon);
    if (stats?.mean) stats.mean.data[row] = mean;
    if (stats?.inverse) stats.inverse.data[row] = factor;
    for (let i = 0; i < size; i++) {
      const [scale, bias] = affine(from + i);
      out.data[from + i] = (x.data[from + i]! - mean) * factor * scale + bias;
    }
  }
}

const layerNorm = (centred: boolean): Kind => ({
  infer(call) {
    const x = call.shape(0);
    const axis = call.axis(call.number('axis', -1), x.length);
    const stats: Known = { type: 'float32', shape: x.map((size, i) => (i < axis ? size : 1)) };
    return call.node.outputs.length > 1 ? [call.like(0), stats, stats] : [call.like(0)];
  },
  run(call, [out, mean, inverse]) {
    const x = call.tensor(0);
    const axis = call.axis(call.number('axis', -1), x.shape.length);
    const size = x.shape.slice(axis).reduce((a, b) => a * b, 1);
    const full = (index: number, otherwise: number): Tensor => {
      const target = zeros('float64', x.shape);
      const source = call.has(index) ? call.tensor(index) : { type: 'float64' as const, shape: [], data: Float64Array.of(otherwise) };
      walk(x.shape, [stretchedStrides(source.shape, x.shape)], (to, [from]) => {
        target.data[to] = source.data[from!]!;
      });
      return target;
    };
    const scale = full(1, 1);
    const bias = centred ? full(2, 0) : full(-1, 0);
    normalise(out!, x, size, call.number('epsilon', 1e-5), centred, (i) => [scale.data[i]!, bias.data[i]!], { mean, inverse });
  },
});
type Known = ReturnType<Kind['infer']>[number];

/** Groups of channels with all their pixels; instance norm is a group a channel. */
const groupNorm = (groupsOf: (call: Call) => number): Kind => ({
  infer(call) {
    const channels = call.shape(0)[1] ?? 1;
    const groups = groupsOf(call);
    if (groups < 1 || channels % groups !== 0) call.fail(`has ${groups} groups of ${channels} channels`);
    return [call.like(0)];
  },
  run(call, [out]) {
    const x = call.tensor(0);
    const [, channels, inner] = around(x.shape, 1);
    const perGroup = channels / groupsOf(call);
    const [scale, bias] = [call.tensor(1).data, call.tensor(2).data];
    // Up to opset 20 GroupNormalization had a scale for each group.
    const step = scale.length === channels ? 1 : perGroup;
    normalise(out!, x, perGroup * inner, call.number('epsilon', 1e-5), true, (i) => {
      const c = Math.floor((Math.floor(i / inner) % channels) / step);
      return [scale[c]!, bias[c]!];
    });
  },
});

const lpNorm: Kind = {
  infer(call) {
    call.axis(call.number('axis', -1), call.shape(0).length);
    return [call.like(0)];
  },
  run(call, [out]) {
    const x = call.tensor(0);
    const [outer, size, inner] = around(x.shape, call.axis(call.number('axis', -1), x.shape.length));
    const p = call.number('p', 2);
    for (let o = 0; o < outer; o++)
      for (let k = 0; k < inner; k++) {
        let sum = 0;
        for (let i = 0; i < size; i++) sum += Math.abs(x.data[(o * size + i) * inner + k]!) ** p;
        const norm = sum ** (1 / p);
        for (let i = 0; i < size; i++) {
          const at = (o * size + i) * inner + k;
          out!.data[at] = norm === 0 ? 0 : x.data[at]! / norm;
        }
      }
  },
};

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
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm(true),
  RMSNormalization: layerNorm(false),
  GroupNormalization: groupNorm((call) => call.number('num_groups', 0)),
  InstanceNormalization: groupNorm((call) => call.shape(0)[1] ?? 1),
  LpNormalization: lpNorm,
  Dropout: {
    infer: (call) => [call.like(0), call.like(0, undefined, 'bool')].slice(0, call.node.outputs.length),
    run(call, [out, mask]) {
      map(out!, call.tensor(0), (x) => x);
      mask?.data.fill(1);
    },
  },
};
