// ONNX operators that cut tensors to pieces and join them: slices, splits, gathered rows, blocks of pixels.
import type { Call, Kind } from '../../model/call.ts';
import { walk } from '../../model/math/broadcast.ts';
import { concat, take, transpose, view } from '../../model/math/move.ts';
import { gatherNd, joined, pieces as piecesOf } from '../../model/shared-kinds.ts';
import { stridesOf } from '../../model/tensor.ts';

/** Start, step and size along each axis (ONNX Slice: operands since opset 10, attributes before). */
function sliced(call: Call): { start: number[]; step: number[]; shape: number[] } {
  const x = call.shape(0);
  const old = call.opset < 10;
  const starts = old ? (call.list('starts') ?? []) : call.constants(1);
  const ends = old ? (call.list('ends') ?? []) : call.constants(2);
  const given = old ? call.list('axes') : call.has(3) ? call.constants(3) : undefined;
  const axes = call.axes(given ?? starts.map((_, i) => i), x.length);
  const steps = !old && call.has(4) ? call.constants(4) : axes.map(() => 1);
  if (starts.length !== axes.length || ends.length !== axes.length || steps.length !== axes.length)
    call.fail('has starts, ends, axes and steps of different counts');
  const [start, step, shape] = [x.map(() => 0), x.map(() => 1), [...x]];
  axes.forEach((axis, i) => {
    const size = x[axis]!;
    const by = steps[i]!;
    if (by === 0) call.fail('has a step of 0');
    const clamp = (value: number, low: number, high: number): number =>
      Math.max(low, Math.min(high, value < 0 ? value + size : value));
    const from = by > 0 ? clamp(starts[i]!, 0, size) : clamp(starts[i]!, 0, size - 1);
    const to = by > 0 ? clamp(ends[i]!, 0, size) : clamp(ends[i]!, -1, size - 1);
    start[axis] = from;
    step[axis] = by;
    shape[axis] = Math.max(0, Math.ceil((to - from) / by));
  });
  return { start, step, shape };
}

const slice: Kind = {
  infer: (call) => [call.like(0, sliced(call).shape)],
  run(call, [out]) {
    const { start, step } = sliced(call);
    const strides = stridesOf(call.shape(0));
    view(
      out!,
      call.tensor(0).data,
      strides.map((s, i) => s * step[i]!),
      start.reduce((sum, s, i) => sum + s * strides[i]!, 0),
    );
  },
};

const split = piecesOf((call) => {
  const x = call.shape(0);
  const axis = call.axis(call.number('axis', 0), x.length);
  const given = call.opset >= 13 ? (call.has(1) ? call.constants(1) : undefined) : call.list('split');
  const count = call.number('num_outputs', call.node.outputs.length);
  const chunk = Math.ceil(x[axis]! / count);
  const sizes = given ? [...given] : Array.from({ length: count }, (_, i) => Math.min(chunk, x[axis]! - i * chunk));
  return { from: 0, axis, sizes };
});

const concatKind: Kind = {
  infer: (call) => [call.like(0, joined(call, call.number('axis', 1)))],
  run(call, [out]) {
    const tensors = call.node.inputs.map((_, i) => call.tensor(i));
    concat(out!, tensors, call.axis(call.number('axis', 1), out!.shape.length));
  },
};

/** Indices into `size` places, each in range. */
function indices(call: Call, size: number): number[] {
  return Array.from(call.tensor(1).data, (value) => {
    const index = value < 0 ? value + size : value;
    if (index < 0 || index >= size) call.fail(`reads index ${value} of ${size}`);
    return index;
  });
}

const gather: Kind = {
  infer(call) {
    const x = call.shape(0);
    const axis = call.axis(call.number('axis', 0), x.length);
    if (call.known(1).tensor) indices(call, x[axis]!);
    return [call.like(0, [...x.slice(0, axis), ...call.shape(1), ...x.slice(axis + 1)])];
  },
  run(call, [out]) {
    const axis = call.axis(call.number('axis', 0), call.shape(0).length);
    take(out!, call.tensor(0), indices(call, call.shape(0)[axis]!), axis);
  },
};

/** Like Gather, but each position of the indices reads its own place along the axis. */
const gatherElements: Kind = {
  infer(call) {
    call.axis(call.number('axis', 0), call.shape(0).length);
    if (call.shape(1).length !== call.shape(0).length) call.fail('has indices of another rank');
    return [call.like(0, call.shape(1))];
  },
  run(call, [out]) {
    const axis = call.axis(call.number('axis', 0), call.shape(0).length);
    const index = indices(call, call.shape(0)[axis]!);
    const strides = stridesOf(call.shape(0));
    const { data } = call.tensor(0);
    walk(out!.shape, [strides.map((stride, i) => (i === axis ? 0 : stride))], (to, [from]) => {
      out!.data[to] = data[from! + index[to]! * strides[axis]!]!;
    });
  },
};

/** Six axes in `order`: blocks of b × b pixels to channels and back. */
function blocks(call: Call, toDepth: boolean) {
  const [n = 1, c = 1, h = 1, w = 1] = call.shape(0);
  const b = call.number('blocksize', 0);
  if (call.shape(0).length !== 4 || b < 1)
    return call.fail(`has a block of ${b} on a tensor of rank ${call.shape(0).length}`);
  if (toDepth ? h % b !== 0 || w % b !== 0 : c % (b * b) !== 0)
    return call.fail(`has blocks of ${b} that do not fit [${n}, ${c}, ${h}, ${w}]`);
  if (toDepth)
    return { split: [n, c, h / b, b, w / b, b], order: [0, 3, 5, 1, 2, 4], shape: [n, c * b * b, h / b, w / b] };
  const depth = c / (b * b);
  const rows = call.text('mode', 'DCR') === 'CRD';
  return {
    split: rows ? [n, depth, b, b, h, w] : [n, b, b, depth, h, w],
    order: rows ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2],
    shape: [n, depth, h * b, w * b],
  };
}
const blockKind = (toDepth: boolean): Kind => ({
  infer: (call) => [call.like(0, blocks(call, toDepth).shape)],
  run(call, [out]) {
    const { split: shape, order: axes } = blocks(call, toDepth);
    const x = call.tensor(0);
    transpose({ ...out!, shape: axes.map((axis) => shape[axis]!) }, { ...x, shape }, axes);
  },
});

export const pieces: Readonly<Record<string, Kind>> = {
  Slice: slice,
  Split: split,
  Concat: concatKind,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd((call) => call.number('batch_dims', 0)),
  DepthToSpace: blockKind(false),
  SpaceToDepth: blockKind(true),
};
