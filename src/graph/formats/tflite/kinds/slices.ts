// TFLite operators that cut pieces out of a tensor: splits, slices, gathered rows.
import type { Call, Kind } from '../../model/call.ts';
import { take, view } from '../../model/math/move.ts';
import { gatherNd, pieces } from '../../model/shared-kinds.ts';
import { stridesOf, type Tensor } from '../../model/tensor.ts';

const split = pieces((call) => {
  const axis = call.axis(call.constants(0)[0] ?? 0, call.shape(1).length);
  const count = call.number('num_splits', call.node.outputs.length);
  if (count < 1 || count > 4096) call.fail(`splits into ${count} parts`);
  return { from: 1, axis, sizes: new Array<number>(count).fill(call.shape(1)[axis]! / count) };
});
const splitV = pieces((call) => {
  const axis = call.axis(call.constants(2)[0] ?? 0, call.shape(0).length);
  const sizes = call.constants(1);
  const known = sizes.reduce((sum, size) => sum + Math.max(0, size), 0);
  return { from: 0, axis, sizes: sizes.map((size) => (size < 0 ? call.shape(0)[axis]! - known : size)) };
});
const unpack = pieces((call) => {
  const axis = call.axis(call.number('axis', 0), call.shape(0).length);
  return { from: 0, axis, sizes: new Array<number>(Math.min(4096, call.shape(0)[axis]!)).fill(1), drop: true };
});

/** begin, end, strides with masks (StridedSlice of TensorFlow; new axes and ellipses are not written by converters). */
function stridedSlice(call: Call) {
  const x = call.shape(0);
  const [begin, end, by] = [1, 2, 3].map((i) => call.constants(i)) as [number[], number[], number[]];
  if (call.number('ellipsis_mask', 0) !== 0 || call.number('new_axis_mask', 0) !== 0)
    call.skip('has an ellipsis or a new axis, which is not read here');
  if (begin.length > x.length || end.length !== begin.length || by.length !== begin.length)
    call.fail('has bounds of other counts than its axes');
  const bit = (name: string, axis: number): boolean => ((call.number(name, 0) >> axis) & 1) === 1;
  const offset = call.number('offset', 0) === 1;
  const [start, step, full] = [x.map(() => 0), x.map(() => 1), [...x]];
  begin.forEach((from, axis) => {
    const size = x[axis]!;
    const stride = by[axis]!;
    if (stride === 0) call.fail('has a step of 0');
    const clamp = (value: number): number =>
      Math.max(stride > 0 ? 0 : -1, Math.min(stride > 0 ? size : size - 1, value < 0 ? value + size : value));
    const first = bit('begin_mask', axis) ? (stride > 0 ? 0 : size - 1) : clamp(from);
    const to = offset ? from + end[axis]! : end[axis]!;
    const last = bit('end_mask', axis) ? (stride > 0 ? size : -1) : clamp(to);
    start[axis] = first;
    step[axis] = stride;
    full[axis] = bit('shrink_axis_mask', axis) ? 1 : Math.max(0, Math.ceil((last - first) / stride));
    if (bit('shrink_axis_mask', axis) && (first < 0 || first >= size)) call.fail(`reads index ${from} of ${size}`);
  });
  return { start, step, full, shape: full.filter((_, axis) => !bit('shrink_axis_mask', axis)) };
}

function sliced(
  call: Call,
  out: Tensor,
  start: readonly number[],
  step: readonly number[],
  full: readonly number[],
): void {
  const strides = stridesOf(call.shape(0));
  const offset = start.reduce((sum, s, i) => sum + s * strides[i]!, 0);
  view(
    { ...out, shape: full },
    call.tensor(0).data,
    strides.map((s, i) => s * step[i]!),
    offset,
  );
}

const slicePlan = (call: Call) => {
  const x = call.shape(0);
  const start = call.constants(1);
  const sizes = call.constants(2).map((size, i) => (size === -1 ? x[i]! - start[i]! : size));
  if (
    start.length !== x.length ||
    sizes.length !== x.length ||
    sizes.some((size, i) => size < 0 || start[i]! < 0 || start[i]! + size > x[i]!)
  )
    call.fail(`cuts [${sizes.join(', ')}] at [${start.join(', ')}] of [${x.join(', ')}]`);
  return { start, sizes };
};

const gather: Kind = {
  infer(call) {
    const x = call.shape(0);
    const axis = call.axis(call.number('axis', 0), x.length);
    if (call.number('batch_dims', 0) !== 0) call.skip('gathers in batches, which is not computed here');
    return [call.like(0, [...x.slice(0, axis), ...call.shape(1), ...x.slice(axis + 1)])];
  },
  run(call, [out]) {
    const axis = call.axis(call.number('axis', 0), call.shape(0).length);
    const size = call.shape(0)[axis]!;
    const indices = Array.from(call.tensor(1).data, (i) =>
      i < 0 || i >= size ? call.fail(`reads index ${i} of ${size}`) : i,
    );
    take(out!, call.tensor(0), indices, axis);
  },
};

export const slices: Readonly<Record<string, Kind>> = {
  UNPACK: unpack,
  SPLIT: split,
  SPLIT_V: splitV,
  GATHER: gather,
  GATHER_ND: gatherNd(() => 0),
  STRIDED_SLICE: {
    infer: (call) => [call.like(0, stridedSlice(call).shape)],
    run(call, [out]) {
      const { start, step, full } = stridedSlice(call);
      sliced(call, out!, start, step, full);
    },
  },
  SLICE: {
    infer: (call) => [call.like(0, slicePlan(call).sizes)],
    run(call, [out]) {
      const { start, sizes } = slicePlan(call);
      sliced(
        call,
        out!,
        start,
        start.map(() => 1),
        sizes,
      );
    },
  },
};
