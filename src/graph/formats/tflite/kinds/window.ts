// TFLite operators with a sliding window or a matrix: convolutions (channels last), pools, fully connected; float, hybrid and integer.
import type { Call, Kind } from '../../model/call.ts';
import type { ModelTensor } from '../../model/model.ts';
import { convolve, convolveTransposed, nhwc, pool, type Filters, type ImagePlanes } from '../../model/math/conv.ts';
import { multiply } from '../../model/math/product.ts';
import { rangeOf, type Tensor } from '../../model/tensor.ts';
import { activations } from './hybrid.ts';
import { affine, emit, real, requantized } from './real.ts';

interface Sweep {
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly pads: readonly [number, number];
  readonly out: readonly [number, number];
}

function map4(call: Call, index: number): [number, number, number, number] {
  const shape = call.shape(index);
  if (shape.length !== 4) call.fail(`has an operand ${index} of rank ${shape.length}, where 4 is meant`);
  return [...shape] as [number, number, number, number];
}

export function sweep(call: Call, [, rows, columns]: readonly number[], kernel: readonly [number, number]): Sweep {
  const stride = [call.number('stride_h', 0), call.number('stride_w', 0)] as const;
  const dilation = [call.number('dilation_h', 1), call.number('dilation_w', 1)] as const;
  if (stride[0] < 1 || stride[1] < 1) call.fail(`has a stride of ${stride.join(' × ')}`);
  if (dilation[0] < 1 || dilation[1] < 1) call.fail(`has a dilation of ${dilation.join(' × ')}`);
  if (kernel[0] < 1 || kernel[1] < 1) call.fail(`has a window of ${kernel.join(' × ')}`);
  const same = call.text('padding', 'SAME') === 'SAME';
  const axis = (size: number, i: 0 | 1): readonly [out: number, pad: number] => {
    const reach = (kernel[i] - 1) * dilation[i] + 1;
    if (same) {
      const out = Math.ceil(size / stride[i]);
      return [out, Math.floor(Math.max(0, (out - 1) * stride[i] + reach - size) / 2)];
    }
    if (size < reach) return call.fail(`needs ${reach} positions of a map of ${size}`);
    return [Math.floor((size - reach) / stride[i]) + 1, 0];
  };
  const [height, top] = axis(rows!, 0);
  const [width, left] = axis(columns!, 1);
  return { stride, dilation, pads: [top, left], out: [height, width] };
}

const mapOf = ({ data, shape }: Tensor): ImagePlanes => nhwc(data, shape as [number, number, number, number]);

/** Filters of CONV_2D `[O, KH, KW, I/groups]`, or of DEPTHWISE_CONV_2D `[1, KH, KW, O]`. */
function filters({ data, shape }: Tensor, depthwise: boolean): Filters {
  const [first, kh, kw, last] = shape as [number, number, number, number];
  return depthwise
    ? { data, size: [last, 1, kh, kw], stride: [1, 0, kw * last, last] }
    : { data, size: [first, last, kh, kw], stride: [kh * kw * last, 1, kw * last, last] };
}

export function layout(call: Call, depthwise: boolean) {
  const x = map4(call, 0);
  const w = map4(call, 1);
  const outputs = depthwise ? w[3] : w[0];
  const perGroup = depthwise ? 1 : w[3];
  if (outputs < 1) call.fail('has no output channels');
  const groups = depthwise ? x[3] : x[3] / perGroup;
  if (!Number.isInteger(groups) || groups < 1 || outputs % groups !== 0)
    call.fail(`has filters of depth ${perGroup} for ${outputs} outputs over ${x[3]} channels`);
  if (call.has(2) && call.shape(2).reduce((a, b) => a * b, 1) !== outputs) call.fail('has a bias of another length');
  const window = sweep(call, x, [w[1], w[2]]);
  return { groups, outputs, window, shape: [x[0], ...window.out, outputs] };
}

/** Integer operands and result, each quantised: the exact path. */
function integers(call: Call, out: Tensor) {
  const input = affine(call.known(0).quantization);
  const weights = call.known(1).quantization;
  const output = affine(call.results[0]);
  if (!input || !weights || !output || !rangeOf[call.type(0)] || !rangeOf[out.type]) return undefined;
  return { input, weights, output };
}

const conv = (depthwise: boolean): Kind => ({
  infer: (call) => [call.like(0, layout(call, depthwise).shape)],
  run(call, [out]) {
    const { groups, outputs, window } = layout(call, depthwise);
    const sums: Tensor = { type: 'float64', shape: out!.shape, data: new Float64Array(out!.data.length) };
    const exact = integers(call, out!);
    if (!exact) {
      const bias = call.has(2) ? real(call, 2).data : undefined;
      const x = activations(call, call.shape(0)[0]!, depthwise || (call.known(1).quantization?.scale.length ?? 0) > 1);
      convolve(mapOf(sums), mapOf(x), filters(real(call, 1), depthwise), bias, groups, window);
      return emit(call, out!, sums.data as Float64Array);
    }
    const bias = call.has(2) ? call.tensor(2).data : undefined;
    const zero = { x: exact.input.zero, w: exact.weights.zeroPoint.length > 0 ? exact.weights.zeroPoint : [0] };
    convolve(mapOf(sums), mapOf(call.tensor(0)), filters(call.tensor(1), depthwise), bias, groups, window, zero);
    requantized(call, out!, sums.data as Float64Array, exact.input, exact.weights, exact.output, (i) => i % outputs);
  },
});

const pooling = (mode: 'max' | 'mean' | 'norm'): Kind => {
  const plan = (call: Call) => {
    const x = map4(call, 0);
    const kernel = [call.number('filter_height', 0), call.number('filter_width', 0)] as const;
    return { kernel, x, window: sweep(call, x, kernel) };
  };
  return {
    infer(call) {
      const { x, window } = plan(call);
      return [call.like(0, [x[0], ...window.out, x[3]])];
    },
    run(call, [out]) {
      const { kernel, window } = plan(call);
      const values: Tensor = { type: 'float64', shape: out!.shape, data: new Float64Array(out!.data.length) };
      pool(mapOf(values), mapOf(real(call, 0)), mode, { ...window, kernel });
      emit(call, out!, values.data as Float64Array);
    },
  };
};

function connected(call: Call) {
  const [outputs = 0, inner = 0] = call.shape(1);
  const x = call.shape(0);
  const total = x.reduce((a, b) => a * b, 1);
  if (call.shape(1).length !== 2 || outputs < 1 || inner < 1 || total % inner !== 0)
    return call.fail(`multiplies ${total} values by a matrix of ${outputs} × ${inner}`);
  const rows = total / inner;
  const keep = call.number('keep_num_dims', 0) === 1 && x.at(-1) === inner;
  return { outputs, inner, rows, shape: keep ? [...x.slice(0, -1), outputs] : [rows, outputs] };
}

const fullyConnected: Kind = {
  infer(call) {
    if (call.number('weights_format', 0) !== 0) call.skip('has shuffled weights, which are not read here');
    return [call.like(0, connected(call).shape)];
  },
  run(call, [out]) {
    const { outputs, inner, rows } = connected(call);
    const sums = new Float64Array(rows * outputs);
    const exact = integers(call, out!);
    const offset = call.number('asymmetric_quantize_inputs', 0) === 1;
    const [x, w] = exact ? [call.tensor(0), call.tensor(1)] : [activations(call, rows, offset), real(call, 1)];
    const bias = call.has(2) ? (exact ? call.tensor(2) : real(call, 2)).data : undefined;
    multiply(
      { data: sums, shape: [rows, outputs] },
      { data: x.data, shape: [rows, inner], ...(exact ? { zero: [exact.input.zero] } : {}) },
      { data: w.data, shape: [outputs, inner], transposed: true, ...(exact ? { zero: exact.weights.zeroPoint } : {}) },
    );
    if (bias) for (let i = 0; i < sums.length; i++) sums[i]! += bias[i % outputs]!;
    if (exact) requantized(call, out!, sums, exact.input, exact.weights, exact.output, (i) => i % outputs);
    else emit(call, out!, sums);
  },
};

/** Shape, filters [O, KH, KW, I], map, bias: TRANSPOSE_CONV. MediaPipe's custom one has map, filters, bias and its options as bytes. */
export const transposedLayout = (custom: boolean) => (call: Call) => {
  const [xAt, wAt, bAt] = custom ? [0, 1, 2] : [2, 1, 3];
  const x = map4(call, xAt);
  const w = map4(call, wAt);
  const { same, stride } = custom ? customOptions(call) : ownOptions(call);
  if (stride[0] < 1 || stride[1] < 1) call.fail(`has a stride of ${stride.join(' × ')}`);
  if (w[3] !== x[3]) call.fail(`has filters of depth ${w[3]} over ${x[3]} channels`);
  const full = (i: 0 | 1): number => (x[1 + i]! - 1) * stride[i] + w[1 + i]!;
  const own = (i: 0 | 1): number => (same ? x[1 + i]! * stride[i] : full(i));
  const shape = custom ? [x[0], own(0), own(1), w[0]] : call.constants(0);
  if (shape.length !== 4 || shape[3] !== w[0] || shape.some((size) => size < 1))
    call.fail(`makes a map of ${shape.join(' × ')}`);
  const pads = ([0, 1] as const).map((i) =>
    same ? Math.floor(Math.max(0, (x[1 + i]! - 1) * stride[i] + w[1 + i]! - shape[1 + i]!) / 2) : 0,
  ) as [number, number];
  return { xAt, wAt, bAt, w, shape, sweep: { stride, dilation: [1, 1] as const, pads } };
};

const transposedConv = (custom: boolean): Kind => {
  const plan = transposedLayout(custom);
  return {
    infer(call) {
      const { xAt, shape } = plan(call);
      return [call.like(xAt, shape)];
    },
    run(call, [out]) {
      const { xAt, wAt, bAt, w, sweep: window } = plan(call);
      const values: Tensor = { type: 'float64', shape: out!.shape, data: new Float64Array(out!.data.length) };
      const [o, kh, kw, i] = w;
      const weights: Filters = {
        data: real(call, wAt).data,
        size: [i, o, kh, kw],
        stride: [1, kh * kw * i, kw * i, i],
      };
      const bias = call.has(bAt) ? real(call, bAt).data : undefined;
      convolveTransposed(mapOf(values), mapOf(real(call, xAt)), weights, bias, 1, window);
      emit(call, out!, values.data as Float64Array);
    },
  };
};

const ownOptions = (call: Call) => ({
  same: call.text('padding', 'SAME') === 'SAME',
  stride: [call.number('stride_h', 0), call.number('stride_w', 0)] as const,
});

/** TfLiteTransposeConvParams: padding (1 SAME, 2 VALID), stride of columns, stride of rows, as int32. */
function customOptions(call: Call) {
  const stored = call.node.attributes.get('custom_options') as ModelTensor | undefined;
  if (!stored || stored.bytes.length < 12) return call.fail('has no options');
  const view = new DataView(stored.bytes.buffer, stored.bytes.byteOffset, stored.bytes.length);
  return { same: view.getInt32(0, true) === 1, stride: [view.getInt32(8, true), view.getInt32(4, true)] as const };
}

export const windowed: Readonly<Record<string, Kind>> = {
  CONV_2D: conv(false),
  DEPTHWISE_CONV_2D: conv(true),
  TRANSPOSE_CONV: transposedConv(false),
  'CUSTOM:Convolution2DTransposeBias': transposedConv(true),
  FULLY_CONNECTED: fullyConnected,
  AVERAGE_POOL_2D: pooling('mean'),
  MAX_POOL_2D: pooling('max'),
  L2_POOL_2D: pooling('norm'),
};
