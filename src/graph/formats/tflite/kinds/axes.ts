// TFLite operators that sum or compare along axes: softmax, norms, reductions, batched products.
import type { Call, Kind } from '../../model/call.ts';
import { broadcastShape } from '../../model/math/broadcast.ts';
import { around } from '../../model/math/move.ts';
import { multiply, reduce, reductions } from '../../model/math/product.ts';
import { tensorTypes } from '../schema.ts';
import { blank } from './elementwise.ts';
import { emit, real } from './real.ts';

/** Over the last axis. */
const softmax = (log: boolean): Kind => ({
  infer: (call) => [call.like(0)],
  run(call, [out]) {
    const beta = log ? 1 : call.number('beta', 1);
    const x = real(call, 0).data;
    const size = call.shape(0).at(-1) ?? 1;
    const values = new Float64Array(x.length);
    for (let from = 0; from < x.length; from += size) {
      let most = -Infinity;
      for (let i = 0; i < size; i++) most = Math.max(most, x[from + i]! * beta);
      let sum = 0;
      for (let i = 0; i < size; i++) sum += Math.exp(x[from + i]! * beta - most);
      for (let i = 0; i < size; i++) {
        const shifted = x[from + i]! * beta - most;
        values[from + i] = log ? shifted - Math.log(sum) : Math.exp(shifted) / sum;
      }
    }
    emit(call, out!, values);
  },
});

const l2Norm: Kind = {
  infer: (call) => [call.like(0)],
  run(call, [out]) {
    const x = real(call, 0).data;
    const size = call.shape(0).at(-1) ?? 1;
    const values = new Float64Array(x.length);
    for (let from = 0; from < x.length; from += size) {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += x[from + i]! ** 2;
      const norm = Math.sqrt(Math.max(sum, 1e-12));
      for (let i = 0; i < size; i++) values[from + i] = x[from + i]! / norm;
    }
    emit(call, out!, values);
  },
};

const reducing = (name: string): Kind => {
  const plan = (call: Call) => {
    const x = call.shape(0);
    // An axis may be named twice; it is reduced once.
    const axes = [...new Set(call.constants(1).map((axis) => call.axis(axis, x.length)))];
    const keep = call.number('keep_dims', 0) === 1;
    return { axes, shape: x.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size])) };
  };
  return {
    infer: (call) => [call.like(0, plan(call).shape)],
    run(call, [out]) {
      const values = blank(out!.shape);
      reduce(values, real(call, 0), plan(call).axes, reductions[name]!);
      emit(call, out!, values.data);
    },
  };
};

const arg = (better: (x: number, best: number) => boolean): Kind => ({
  infer(call) {
    const x = call.shape(0);
    const axis = call.axis(call.constants(1)[0] ?? 0, x.length);
    const type =
      call.resultType(0) ?? tensorTypes[call.number('output_type', 4)] ?? call.fail('has no type of its result');
    return [{ type, shape: x.filter((_, i) => i !== axis) }];
  },
  run(call, [out]) {
    const x = call.tensor(0);
    const [outer, size, inner] = around(x.shape, call.axis(call.constants(1)[0] ?? 0, x.shape.length));
    for (let o = 0; o < outer; o++)
      for (let k = 0; k < inner; k++) {
        let best = 0;
        for (let i = 1; i < size; i++)
          if (better(x.data[(o * size + i) * inner + k]!, x.data[(o * size + best) * inner + k]!)) best = i;
        out!.data[o * inner + k] = best;
      }
  },
});

const batchMatMul: Kind = {
  infer(call) {
    const [a, b] = [call.shape(0), call.shape(1)];
    const [m, k] = call.number('adj_x', 0) ? [a.at(-1), a.at(-2)] : [a.at(-2), a.at(-1)];
    const [kb, n] = call.number('adj_y', 0) ? [b.at(-1), b.at(-2)] : [b.at(-2), b.at(-1)];
    const batch = broadcastShape([a.slice(0, -2), b.slice(0, -2)]);
    if (!batch || m === undefined || n === undefined || k !== kb)
      return call.fail(`multiplies [${a.join(', ')}] by [${b.join(', ')}]`);
    return [call.like(0, [...batch, m, n])];
  },
  run(call, [out]) {
    const values = blank(out!.shape);
    multiply(
      values,
      { ...real(call, 0), transposed: call.number('adj_x', 0) === 1 },
      { ...real(call, 1), transposed: call.number('adj_y', 0) === 1 },
    );
    emit(call, out!, values.data);
  },
};

export const axes: Readonly<Record<string, Kind>> = {
  SOFTMAX: softmax(false),
  LOG_SOFTMAX: softmax(true),
  L2_NORMALIZATION: l2Norm,
  MEAN: reducing('Mean'),
  SUM: reducing('Sum'),
  REDUCE_MAX: reducing('Max'),
  REDUCE_MIN: reducing('Min'),
  REDUCE_PROD: reducing('Prod'),
  ARG_MAX: arg((x, best) => x > best),
  ARG_MIN: arg((x, best) => x < best),
  BATCH_MATMUL: batchMatMul,
};
