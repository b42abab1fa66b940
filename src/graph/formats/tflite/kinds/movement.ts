// TFLite operators that move values: quantised values move as they are, except where parts of a result differ in scale.
import type { Call, Kind, Known } from '../../model/call.ts';
import { broadcastShape, stretchedStrides } from '../../model/math/broadcast.ts';
import { around, concat, pad, take, transpose, view, type PadMode } from '../../model/math/move.ts';
import { resize, type ResizeRule } from '../../model/math/resize.ts';
import { reshaped } from '../../model/shapes.ts';
import { stridesOf, type Tensor } from '../../model/tensor.ts';
import { affine, emit, real } from './real.ts';

const copy: NonNullable<Kind['run']> = (call, [out]) => out!.data.set(call.tensor(0).data);
const moving = (shape: (call: Call) => readonly number[]): Kind => ({ infer: (call) => [call.like(0, shape(call))], run: copy });

const reshape = moving((call) => {
  const wanted = call.has(1) ? call.constants(1) : (call.list('new_shape') ?? []);
  return reshaped(call, call.shape(0), wanted, true);
});

const squeeze = moving((call) => {
  const x = call.shape(0);
  const given = call.list('squeeze_dims') ?? [];
  const axes = given.length > 0 ? call.axes(given, x.length) : x.flatMap((size, i) => (size === 1 ? [i] : []));
  for (const axis of axes) if (x[axis] !== 1) call.fail(`drops axis ${axis} of size ${x[axis]}`);
  return x.filter((_, axis) => !axes.includes(axis));
});

const order = (call: Call): number[] => {
  const axes = call.axes(call.constants(1), call.shape(0).length);
  return axes.length === call.shape(0).length ? axes : call.fail(`orders ${axes.length} of ${call.shape(0).length} axes`);
};

/** Parts may have scales of their own: they are brought to the result's. */
function parts(call: Call, indices: readonly number[]): readonly Tensor[] | undefined {
  const own = affine(call.results[0]);
  const same = indices.every((i) => {
    const part = affine(call.known(i).quantization);
    return part?.scale === own?.scale && part?.zero === own?.zero;
  });
  return same && call.text('activation', 'NONE') === 'NONE' ? indices.map((i) => call.tensor(i)) : undefined;
}

const concatenation: Kind = {
  infer(call) {
    const first = call.shape(0);
    const axis = call.axis(call.number('axis', 0), first.length);
    let size = 0;
    for (let i = 0; i < call.node.inputs.length; i++) {
      const shape = call.shape(i);
      if (shape.length !== first.length || shape.some((n, a) => a !== axis && n !== first[a]))
        call.fail(`joins [${first.join(', ')}] and [${shape.join(', ')}] along axis ${axis}`);
      size += shape[axis]!;
    }
    return [call.like(0, first.map((n, a) => (a === axis ? size : n)))];
  },
  run(call, [out]) {
    const axis = call.axis(call.number('axis', 0), out!.shape.length);
    const indices = call.node.inputs.map((_, i) => i);
    const same = parts(call, indices);
    if (same) return concat(out!, same, axis);
    const values: Tensor = { type: 'float64', shape: out!.shape, data: new Float64Array(out!.data.length) };
    concat(values, indices.map((i) => real(call, i)), axis);
    emit(call, out!, values.data as Float64Array);
  },
};

const pack: Kind = {
  infer(call) {
    const x = call.shape(0);
    const axis = call.axis(call.number('axis', 0), x.length + 1);
    return [call.like(0, [...x.slice(0, axis), call.node.inputs.length, ...x.slice(axis)])];
  },
  run(call, [out]) {
    const axis = call.axis(call.number('axis', 0), out!.shape.length);
    const unit = out!.shape.map((size, i) => (i === axis ? 1 : size));
    concat(out!, call.node.inputs.map((_, i) => ({ ...call.tensor(i), shape: unit })), axis);
  },
};

/** Pieces of one operand along an axis. */
const pieces = (plan: (call: Call) => { from: number; axis: number; sizes: readonly number[]; drop?: boolean }): Kind => ({
  infer(call) {
    const { from, axis, sizes, drop } = plan(call);
    const x = call.shape(from);
    if (sizes.reduce((a, b) => a + b, 0) !== x[axis]) call.fail(`splits ${x[axis]} into ${sizes.join(' + ')}`);
    return sizes.map((size) => call.like(from, x.flatMap((n, i) => (i === axis ? (drop ? [] : [size]) : [n]))));
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
  if (begin.length > x.length || end.length !== begin.length || by.length !== begin.length) call.fail('has bounds of other counts than its axes');
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

function sliced(call: Call, out: Tensor, start: readonly number[], step: readonly number[], full: readonly number[]): void {
  const strides = stridesOf(call.shape(0));
  const offset = start.reduce((sum, s, i) => sum + s * strides[i]!, 0);
  view({ ...out, shape: full }, call.tensor(0).data, strides.map((s, i) => s * step[i]!), offset);
}

const slicePlan = (call: Call) => {
  const x = call.shape(0);
  const start = call.constants(1);
  const sizes = call.constants(2).map((size, i) => (size === -1 ? x[i]! - start[i]! : size));
  if (start.length !== x.length || sizes.length !== x.length || sizes.some((size, i) => size < 0 || start[i]! < 0 || start[i]! + size > x[i]!))
    call.fail(`cuts [${sizes.join(', ')}] at [${start.join(', ')}] of [${x.join(', ')}]`);
  return { start, sizes };
};

/** `[[before, after], …]`, one pair an axis. */
function padPlan(call: Call): { before: number[]; shape: number[] } {
  const x = call.shape(0);
  const pads = call.constants(1);
  if (pads.length !== 2 * x.length || pads.some((size) => size < 0)) call.fail(`has pads of ${pads.join(', ')} for ${x.length} axes`);
  return { before: x.map((_, i) => pads[2 * i]!), shape: x.map((size, i) => size + pads[2 * i]! + pads[2 * i + 1]!) };
}
const padding = (mode: (call: Call) => PadMode, value: (call: Call) => number): Kind => ({
  infer: (call) => [call.like(0, padPlan(call).shape)],
  run: (call, [out]) => pad(out!, call.tensor(0), padPlan(call).before, mode(call), value(call)),
});
/** Padding with the real number 0. */
const zeroPad = padding(
  () => 'constant',
  (call) => affine(call.known(0).quantization)?.zero ?? 0,
);

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
    const indices = Array.from(call.tensor(1).data, (i) => (i < 0 || i >= size ? call.fail(`reads index ${i} of ${size}`) : i));
    take(out!, call.tensor(0), indices, axis);
  },
};

const tile: Kind = {
  infer(call) {
    const repeats = call.constants(1);
    if (repeats.length !== call.shape(0).length || repeats.some((n) => n < 0)) call.fail(`repeats by [${repeats.join(', ')}]`);
    return [call.like(0, call.shape(0).map((size, i) => size * repeats[i]!))];
  },
  run: (call, [out]) => pad(out!, call.tensor(0), out!.shape.map(() => 0), 'wrap'),
};

const broadcastTo: Kind = {
  infer(call) {
    const shape = broadcastShape([call.shape(0), call.constants(1)]);
    return [call.like(0, shape ?? call.fail('stretches to a shape that does not fit'))];
  },
  run: (call, [out]) => view(out!, call.tensor(0).data, stretchedStrides(call.shape(0), out!.shape)),
};

/** b × b pixels to channels and back, channels last. */
const blocks = (toDepth: boolean): Kind => {
  const plan = (call: Call) => {
    const [n = 1, h = 1, w = 1, c = 1] = call.shape(0);
    const b = call.number('block_size', 0);
    if (call.shape(0).length !== 4 || b < 1 || (toDepth ? h % b !== 0 || w % b !== 0 : c % (b * b) !== 0))
      return call.fail(`has blocks of ${b} that do not fit [${call.shape(0).join(', ')}]`);
    if (toDepth) return { split: [n, h / b, b, w / b, b, c], axes: [0, 1, 3, 2, 4, 5], shape: [n, h / b, w / b, c * b * b] };
    const d = c / (b * b);
    return { split: [n, h, w, b, b, d], axes: [0, 1, 3, 2, 4, 5], shape: [n, h * b, w * b, d] };
  };
  return {
    infer: (call) => [call.like(0, plan(call).shape)],
    run(call, [out]) {
      const { split: shape, axes } = plan(call);
      transpose({ ...out!, shape: axes.map((axis) => shape[axis]!) }, { ...call.tensor(0), shape }, axes);
    },
  };
};

const resizing = (mode: 'nearest' | 'linear'): Kind => {
  const target = (call: Call): readonly [number, number] => {
    const [height = 0, width = 0] = call.constants(1);
    if (call.shape(0).length !== 4 || height < 1 || width < 1) return call.fail(`resizes to ${height} × ${width}`);
    return [height, width];
  };
  return {
    infer(call) {
      const [n, , , c] = call.shape(0);
      return [call.like(0, [n!, ...target(call), c!])];
    },
    run(call, [out]) {
      const x = real(call, 0);
      const corners = call.number('align_corners', 0) === 1;
      const half = call.number('half_pixel_centers', 0) === 1;
      const rule: ResizeRule = {
        mode,
        coordinates: corners ? 'align_corners' : half ? (mode === 'linear' ? 'half_pixel' : 'tf_half_pixel_for_nn') : 'asymmetric',
        nearest: corners ? 'round_prefer_ceil' : 'floor',
        cubic: 0,
        excludeOutside: false,
        antialias: false,
        extrapolation: 0,
      };
      const axes = target(call).map((size, i) => ({ axis: 1 + i, size, scale: size / x.shape[1 + i]!, crop: [0, 1] as const }));
      emit(call, out!, Float64Array.from(resize(x, axes, rule).data));
    },
  };
};

/** SPACE_TO_BATCH_ND and back over the two axes of a map `[N, H, W, C]`: how converters write dilation. */
const spaceToBatch: Kind = {
  infer(call) {
    const { shape } = spaceBatchPlan(call);
    return [call.like(0, shape)];
  },
  run(call, [out]) {
    const { block, padded, before } = spaceBatchPlan(call);
    const x = call.tensor(0);
    const [n, h, w, c] = padded as [number, number, number, number];
    const full: Tensor = { ...x, shape: padded, data: out!.data.slice() };
    pad(full, x, before, 'constant', affine(call.known(0).quantization)?.zero ?? 0);
    const shape = [n, h / block[0]!, block[0]!, w / block[1]!, block[1]!, c];
    const axes = [2, 4, 0, 1, 3, 5];
    transpose({ ...out!, shape: axes.map((axis) => shape[axis]!) }, { ...full, shape }, axes);
  },
};
function spaceBatchPlan(call: Call) {
  const x = call.shape(0);
  const [block, pads] = [call.constants(1), call.constants(2)];
  if (x.length !== 4 || block.length !== 2 || pads.length !== 4 || block.some((b) => b < 1)) return call.skip('works over two axes here');
  const before = [0, pads[0]!, pads[2]!, 0];
  const padded = [x[0]!, x[1]! + pads[0]! + pads[1]!, x[2]! + pads[2]! + pads[3]!, x[3]!];
  if (padded[1]! % block[0]! !== 0 || padded[2]! % block[1]! !== 0) return call.fail('has blocks that do not fit');
  return { block, before, padded, shape: [padded[0]! * block[0]! * block[1]!, padded[1]! / block[0]!, padded[2]! / block[1]!, padded[3]!] };
}
const batchToSpace: Kind = {
  infer: (call) => [call.like(0, batchSpacePlan(call).shape)],
  run(call, [out]) {
    const { block, full, crops, shape } = batchSpacePlan(call);
    const x = call.tensor(0);
    const [, h, w, c] = x.shape as [number, number, number, number];
    const split = [block[0]!, block[1]!, shape[0]!, h, w, c];
    const axes = [2, 3, 0, 4, 1, 5];
    const whole: Tensor = { ...x, shape: full, data: x.data.slice() };
    transpose({ ...whole, shape: axes.map((axis) => split[axis]!) }, { ...x, shape: split }, axes);
    const strides = stridesOf(full);
    view(out!, whole.data, strides, crops[0]! * strides[1]! + crops[2]! * strides[2]!);
  },
};
function batchSpacePlan(call: Call) {
  const x = call.shape(0);
  const [block, crops] = [call.constants(1), call.constants(2)];
  if (x.length !== 4 || block.length !== 2 || crops.length !== 4 || block.some((b) => b < 1)) return call.skip('works over two axes here');
  const batch = x[0]! / (block[0]! * block[1]!);
  const full = [batch, x[1]! * block[0]!, x[2]! * block[1]!, x[3]!];
  const shape = [batch, full[1]! - crops[0]! - crops[1]!, full[2]! - crops[2]! - crops[3]!, x[3]!];
  if (!Number.isInteger(batch) || crops.some((size) => size < 0) || shape.some((size) => size < 1)) return call.fail('has blocks or crops that do not fit');
  return { block, full, crops, shape };
}

const known = (call: Call, data: readonly number[], shape: readonly number[]): Known => ({
  type: call.resultType(0) ?? 'int32',
  shape,
  tensor: { type: call.resultType(0) ?? 'int32', shape, data: call.resultType(0) === 'int64' ? Float64Array.from(data) : Int32Array.from(data) },
});

export const movement: Readonly<Record<string, Kind>> = {
  RESHAPE: reshape,
  SQUEEZE: squeeze,
  EXPAND_DIMS: moving((call) => {
    const x = call.shape(0);
    const axis = call.axis(call.constants(1)[0] ?? 0, x.length + 1);
    return [...x.slice(0, axis), 1, ...x.slice(axis)];
  }),
  DENSIFY: moving((call) => call.shape(0)),
  TRANSPOSE: {
    infer: (call) => [call.like(0, order(call).map((axis) => call.shape(0)[axis]!))],
    run: (call, [out]) => transpose(out!, call.tensor(0), order(call)),
  },
  CONCATENATION: concatenation,
  PACK: pack,
  UNPACK: unpack,
  SPLIT: split,
  SPLIT_V: splitV,
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
      sliced(call, out!, start, start.map(() => 1), sizes);
    },
  },
  PAD: zeroPad,
  PADV2: padding(
    () => 'constant',
    (call) => call.tensor(2).data[0] ?? 0,
  ),
  MIRROR_PAD: padding(
    (call) => (call.number('mode', 0) === 0 ? 'reflect' : 'symmetric'),
    () => 0,
  ),
  GATHER: gather,
  TILE: tile,
  BROADCAST_TO: broadcastTo,
  DEPTH_TO_SPACE: blocks(false),
  SPACE_TO_DEPTH: blocks(true),
  RESIZE_BILINEAR: resizing('linear'),
  RESIZE_NEAREST_NEIGHBOR: resizing('nearest'),
  SPACE_TO_BATCH_ND: spaceToBatch,
  BATCH_TO_SPACE_ND: batchToSpace,
  SHAPE: { infer: (call) => [known(call, call.shape(0), [call.shape(0).length])] },
  RANK: { infer: (call) => [known(call, [call.shape(0).length], [])] },
  FILL: {
    infer: (call) => [call.like(1, call.constants(0))],
    run(call, [out]) {
      out!.data.fill(call.tensor(1).data[0] ?? 0);
    },
  },
};
