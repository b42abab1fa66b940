// Shape rules and kinds of node that both formats share.
import type { Call, Kind } from './call.ts';
import { around, pad } from './math/move.ts';

/** A new shape of the same values; one −1 is what is left, 0 keeps the size unless `allowZero`. */
export function reshaped(call: Call, x: readonly number[], wanted: readonly number[], allowZero: boolean): number[] {
  if (wanted.filter((size) => size === -1).length > 1) call.fail('leaves two sizes open (-1)');
  const shape = wanted.map((size, i) =>
    size === 0 && !allowZero ? (x[i] ?? call.fail('keeps a size that is not there')) : size,
  );
  if (shape.some((size) => size < -1)) call.fail(`asks for the shape [${wanted.join(', ')}]`);
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const total = x.reduce((a, b) => a * b, 1);
  if (shape.includes(-1)) {
    if (known === 0 ? total !== 0 : total % known !== 0)
      call.fail(`cannot make [${wanted.join(', ')}] of ${total} values`);
    return shape.map((size) => (size === -1 ? (known === 0 ? 0 : total / known) : size));
  }
  if (known !== total) call.fail(`cannot make [${wanted.join(', ')}] of ${total} values`);
  return shape;
}

/** Shape of all operands one after another along `axis`; their other sizes agree. */
export function joined(call: Call, at: number): number[] {
  const first = call.shape(0);
  const axis = call.axis(at, first.length);
  let size = 0;
  for (let i = 0; i < call.node.inputs.length; i++) {
    const shape = call.shape(i);
    if (shape.length !== first.length || shape.some((n, a) => a !== axis && n !== first[a]))
      call.fail(`joins [${first.join(', ')}] and [${shape.join(', ')}] along axis ${axis}`);
    size += shape[axis]!;
  }
  return first.map((n, a) => (a === axis ? size : n));
}

/** The first operand over and over along each axis, as often as the second says. */
export const tile: Kind = {
  infer(call) {
    const repeats = call.constants(1);
    if (repeats.length !== call.shape(0).length || repeats.some((n) => n < 0))
      call.fail(`repeats by [${repeats.join(', ')}]`);
    return [
      call.like(
        0,
        call.shape(0).map((size, i) => size * repeats[i]!),
      ),
    ];
  },
  run: (call, [out]) =>
    pad(
      out!,
      call.tensor(0),
      out!.shape.map(() => 0),
      'wrap',
    ),
};

/** Pieces of operand `from` along an axis; `drop`: pieces of size 1 lose it. */
export const pieces = (
  plan: (call: Call) => { from: number; axis: number; sizes: readonly number[]; drop?: boolean },
): Kind => ({
  infer(call) {
    const { from, axis, sizes, drop } = plan(call);
    const x = call.shape(from);
    if (sizes.some((size) => size < 0) || sizes.reduce((a, b) => a + b, 0) !== x[axis])
      call.fail(`splits ${x[axis]} into ${sizes.join(' + ')}`);
    return sizes.map((size) =>
      call.like(
        from,
        x.flatMap((n, i) => (i === axis ? (drop ? [] : [size]) : [n])),
      ),
    );
  },
  run(call, outs) {
    const { from, axis, sizes } = plan(call);
    const [outer, total, inner] = around(call.shape(from), axis);
    const { data } = call.tensor(from);
    let done = 0;
    sizes.forEach((size, p) => {
      for (let o = 0; o < outer; o++) {
        const at = (o * total + done) * inner;
        outs[p]?.data.set(data.subarray(at, at + size * inner), o * size * inner);
      }
      done += size;
    });
  },
});

/** Slices of the first operand at the places that the last axis of the second one names; the first `batch` axes of both run along together. */
export const gatherNd = (batchOf: (call: Call) => number): Kind => {
  const plan = (call: Call) => {
    const [x, at] = [call.shape(0), call.shape(1)];
    const batch = batchOf(call);
    const depth = at.at(-1) ?? call.fail('has places of no axis');
    if (batch < 0 || batch >= at.length || batch + depth > x.length) call.fail(`names places of ${depth} axes`);
    if (x.slice(0, batch).some((size, i) => size !== at[i])) call.fail('has places for other slices');
    return { batch, depth, shape: [...at.slice(0, -1), ...x.slice(batch + depth)] };
  };
  return {
    infer: (call) => [call.like(0, plan(call).shape)],
    run(call, [out]) {
      const { batch, depth } = plan(call);
      const x = call.tensor(0);
      const places = call.tensor(1).data;
      const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
      const inner = product(x.shape.slice(batch + depth));
      const each = product(x.shape.slice(batch));
      const rows = depth === 0 ? 0 : places.length / depth;
      const perBatch = rows / Math.max(1, product(x.shape.slice(0, batch)));
      for (let row = 0; row < rows; row++) {
        let from = 0;
        for (let k = 0; k < depth; k++) {
          const size = x.shape[batch + k]!;
          const place = places[row * depth + k]!;
          const own = place < 0 ? place + size : place;
          if (!(own >= 0 && own < size)) call.fail(`reads place ${place} of ${size}`);
          from = from * size + own;
        }
        const start = Math.floor(row / perBatch) * each + from * inner;
        out!.data.set(x.data.subarray(start, start + inner), row * inner);
      }
    },
  };
};
