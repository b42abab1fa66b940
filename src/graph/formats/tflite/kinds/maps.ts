// TFLite operators that lay a map out anew: padding, blocks of pixels, resizing, batches of phases.
import type { Call, Kind } from '../../model/call.ts';
import { pad, transpose, view, type PadMode } from '../../model/math/move.ts';
import { resize, type ResizeAxis, type ResizeRule } from '../../model/math/resize.ts';
import { stridesOf, type Tensor } from '../../model/tensor.ts';
import { affine, emit, real } from './real.ts';

/** `[[before, after], …]`, one pair an axis. */
function padPlan(call: Call): { before: number[]; shape: number[] } {
  const x = call.shape(0);
  const pads = call.constants(1);
  if (pads.length !== 2 * x.length || pads.some((size) => size < 0))
    call.fail(`has pads of ${pads.join(', ')} for ${x.length} axes`);
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

/** b × b pixels to channels and back, channels last. */
const blocks = (toDepth: boolean): Kind => {
  const plan = (call: Call) => {
    const [n = 1, h = 1, w = 1, c = 1] = call.shape(0);
    const b = call.number('block_size', 0);
    if (call.shape(0).length !== 4 || b < 1 || (toDepth ? h % b !== 0 || w % b !== 0 : c % (b * b) !== 0))
      return call.fail(`has blocks of ${b} that do not fit [${call.shape(0).join(', ')}]`);
    if (toDepth)
      return { split: [n, h / b, b, w / b, b, c], axes: [0, 1, 3, 2, 4, 5], shape: [n, h / b, w / b, c * b * b] };
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

export function resizeAxes(call: Call): readonly ResizeAxis[] {
  const x = call.shape(0);
  const [height = 0, width = 0] = call.constants(1);
  if (x.length !== 4 || height < 1 || width < 1) return call.fail(`resizes to ${height} × ${width}`);
  return [height, width].map((size, i) => ({ axis: 1 + i, size, scale: size / x[1 + i]!, crop: [0, 1] as const }));
}

export function resizeRule(call: Call, mode: 'nearest' | 'linear'): ResizeRule {
  const corners = call.number('align_corners', 0) === 1;
  const half = call.number('half_pixel_centers', 0) === 1;
  const centred = mode === 'linear' ? 'half_pixel' : 'tf_half_pixel_for_nn';
  return {
    mode,
    coordinates: corners ? 'align_corners' : half ? centred : 'asymmetric',
    nearest: corners ? 'round_prefer_ceil' : 'floor',
    cubic: 0,
    excludeOutside: false,
    antialias: false,
    extrapolation: 0,
  };
}

const resizing = (mode: 'nearest' | 'linear'): Kind => ({
  infer(call) {
    const [n, , , c] = call.shape(0);
    return [call.like(0, [n!, ...resizeAxes(call).map(({ size }) => size), c!])];
  },
  run(call, [out]) {
    emit(call, out!, Float64Array.from(resize(real(call, 0), resizeAxes(call), resizeRule(call, mode)).data));
  },
});

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
  if (x.length !== 4 || block.length !== 2 || pads.length !== 4 || block.some((b) => b < 1))
    return call.skip('works over two axes here');
  const before = [0, pads[0]!, pads[2]!, 0];
  const padded = [x[0]!, x[1]! + pads[0]! + pads[1]!, x[2]! + pads[2]! + pads[3]!, x[3]!];
  if (padded[1]! % block[0]! !== 0 || padded[2]! % block[1]! !== 0) return call.fail('has blocks that do not fit');
  return {
    block,
    before,
    padded,
    shape: [padded[0]! * block[0]! * block[1]!, padded[1]! / block[0]!, padded[2]! / block[1]!, padded[3]!],
  };
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
  if (x.length !== 4 || block.length !== 2 || crops.length !== 4 || block.some((b) => b < 1))
    return call.skip('works over two axes here');
  const batch = x[0]! / (block[0]! * block[1]!);
  const full = [batch, x[1]! * block[0]!, x[2]! * block[1]!, x[3]!];
  const shape = [batch, full[1]! - crops[0]! - crops[1]!, full[2]! - crops[2]! - crops[3]!, x[3]!];
  if (!Number.isInteger(batch) || crops.some((size) => size < 0) || shape.some((size) => size < 1))
    return call.fail('has blocks or crops that do not fit');
  return { block, full, crops, shape };
}

export const maps: Readonly<Record<string, Kind>> = {
  PAD: zeroPad,
  PADV2: padding(
    () => 'constant',
    (call) => call.tensor(2).data[0] ?? 0,
  ),
  MIRROR_PAD: padding(
    (call) => (call.number('mode', 0) === 0 ? 'reflect' : 'symmetric'),
    () => 0,
  ),
  DEPTH_TO_SPACE: blocks(false),
  SPACE_TO_DEPTH: blocks(true),
  RESIZE_BILINEAR: resizing('linear'),
  RESIZE_NEAREST_NEIGHBOR: resizing('nearest'),
  SPACE_TO_BATCH_ND: spaceToBatch,
  BATCH_TO_SPACE_ND: batchToSpace,
};
