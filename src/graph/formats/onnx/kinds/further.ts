// ONNX operators that exporters write now and then, mostly in what is computed before the net runs: running sums, triangles, scattered rows, further functions.
import type { Call, Kind } from '../../model/call.ts';
import { map } from '../../model/math/broadcast.ts';
import { around } from '../../model/math/move.ts';
import { runningSum } from '../../model/math/product.ts';
import { stridesOf } from '../../model/tensor.ts';

const plain = (f: (x: number) => number, type?: 'bool'): Kind => ({
  infer: (call) => [call.like(0, undefined, type ?? call.type(0))],
  run: (call, [out]) => map(out!, call.tensor(0), f),
});

const shrink: Kind = {
  infer: (call) => [call.like(0)],
  run(call, [out]) {
    const [lambda, bias] = [call.number('lambd', 0.5), call.number('bias', 0)];
    map(out!, call.tensor(0), (x) => (x < -lambda ? x + bias : x > lambda ? x - bias : 0));
  },
};

/** x / (bias + α / size · Σ x² of the neighbouring channels)^β. */
const localResponse: Kind = {
  infer(call) {
    if (call.number('size', 0) < 1) call.fail(`sums over ${call.number('size', 0)} channels`);
    return [call.like(0)];
  },
  run(call, [out]) {
    const { data, shape } = call.tensor(0);
    const [outer, channels, inner] = around(shape, 1);
    const size = call.number('size', 1);
    const [alpha, beta, bias] = [call.number('alpha', 1e-4), call.number('beta', 0.75), call.number('bias', 1)];
    for (let o = 0; o < outer; o++)
      for (let c = 0; c < channels; c++)
        for (let k = 0; k < inner; k++) {
          let sum = 0;
          const last = Math.min(channels - 1, c + Math.ceil((size - 1) / 2));
          for (let i = Math.max(0, c - Math.floor((size - 1) / 2)); i <= last; i++)
            sum += data[(o * channels + i) * inner + k]! ** 2;
          const at = (o * channels + c) * inner + k;
          out!.data[at] = data[at]! / (bias + (alpha / size) * sum) ** beta;
        }
  },
};

const sums: Kind = {
  infer(call) {
    call.axis(call.constants(1)[0] ?? 0, call.shape(0).length);
    return [call.like(0)];
  },
  run(call, [out]) {
    const axis = call.axis(call.constants(1)[0] ?? 0, call.shape(0).length);
    runningSum(out!, call.tensor(0), axis, call.number('exclusive', 0) === 1, call.number('reverse', 0) === 1);
  },
};

const triangle: Kind = {
  infer(call) {
    if (call.shape(0).length < 2) call.fail('keeps a triangle of what is no matrix');
    return [call.like(0)];
  },
  run(call, [out]) {
    const { data, shape } = call.tensor(0);
    const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
    const shift = call.has(1) ? call.constants(1)[0]! : 0;
    const upper = call.number('upper', 1) === 1;
    for (let i = 0; i < data.length; i++) {
      const from = (i % columns) - (Math.floor(i / columns) % rows) - shift;
      out!.data[i] = (upper ? from >= 0 : from <= 0) ? data[i]! : 0;
    }
  },
};

/** indices, depth, [off, on]. */
const oneHot: Kind = {
  infer(call) {
    const depth = call.constants(1)[0] ?? 0;
    if (!(depth > 0)) call.fail(`makes vectors of ${depth} places`);
    const shape = [...call.shape(0)];
    shape.splice(oneHotAxis(call), 0, depth);
    return [call.like(2, shape)];
  },
  run(call, [out]) {
    const [outer, depth, inner] = around(out!.shape, oneHotAxis(call));
    const at = call.tensor(0).data;
    const [off, on] = call.tensor(2).data;
    for (let o = 0, to = 0; o < outer; o++)
      for (let d = 0; d < depth; d++)
        for (let i = 0; i < inner; i++) {
          const place = at[o * inner + i]!;
          out!.data[to++] = (place < 0 ? place + depth : place) === d ? on! : off!;
        }
  },
};
const oneHotAxis = (call: Call): number => call.axis(call.number('axis', -1), call.shape(0).length + 1);

/** Slices of a copy replaced at the places that the last axis of the indices names. */
const scatterNd: Kind = {
  infer(call) {
    const [x, at] = [call.shape(0), call.shape(1)];
    const depth = at.at(-1) ?? call.fail('has places of no axis');
    if (depth > x.length) call.fail(`names places of ${depth} axes`);
    const wanted = [...at.slice(0, -1), ...x.slice(depth)];
    if (call.shape(2).join() !== wanted.join())
      call.fail(`writes [${call.shape(2).join(', ')}], not [${wanted.join(', ')}]`);
    if (call.text('reduction', 'none') !== 'none') call.skip('adds to what it writes over, which is not run here');
    return [call.like(0)];
  },
  run(call, [out]) {
    const [x, at, written] = [0, 1, 2].map((i) => call.tensor(i));
    out!.data.set(x!.data);
    const depth = at!.shape.at(-1)!;
    const strides = stridesOf(x!.shape);
    const inner = x!.shape.slice(depth).reduce((product, size) => product * size, 1);
    for (let row = 0; row * depth < at!.data.length; row++) {
      let to = 0;
      for (let axis = 0; axis < depth; axis++) {
        const size = x!.shape[axis]!;
        const given = at!.data[row * depth + axis]!;
        const place = given < 0 ? given + size : given;
        if (place < 0 || place >= size) call.fail(`writes to index ${given} of ${size}`);
        to += place * strides[axis]!;
      }
      out!.data.set(written!.data.subarray(row * inner, (row + 1) * inner), to);
    }
  },
};

const hardmax: Kind = {
  infer(call) {
    call.axis(call.number('axis', -1), call.shape(0).length);
    return [call.like(0)];
  },
  run(call, [out]) {
    const x = call.tensor(0);
    const old = call.opset < 13;
    const axis = call.axis(call.number('axis', old ? 1 : -1), x.shape.length);
    const [outer, own, rest] = around(x.shape, axis);
    const [size, inner] = old ? [own * rest, 1] : [own, rest];
    for (let o = 0; o < outer; o++)
      for (let k = 0; k < inner; k++) {
        let best = 0;
        const at = (i: number): number => (o * size + i) * inner + k;
        for (let i = 1; i < size; i++) if (x.data[at(i)]! > x.data[at(best)]!) best = i;
        out!.data[at(best)] = 1;
      }
  },
};

export const further: Readonly<Record<string, Kind>> = {
  Asin: plain(Math.asin),
  Acos: plain(Math.acos),
  Sinh: plain(Math.sinh),
  Cosh: plain(Math.cosh),
  Asinh: plain(Math.asinh),
  Acosh: plain(Math.acosh),
  Atanh: plain(Math.atanh),
  IsNaN: plain((x) => (Number.isNaN(x) ? 1 : 0), 'bool'),
  Shrink: shrink,
  LRN: localResponse,
  CumSum: sums,
  Trilu: triangle,
  OneHot: oneHot,
  ScatterND: scatterNd,
  Hardmax: hardmax,
};
