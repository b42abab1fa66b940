// What a step means, on the CPU in float64: the ops' own references put together as families.ts describes each family.
import type {
  AttentionStepAttrs,
  Conv2dStepAttrs,
  DepthwiseAttrs,
  ExpandDepthwiseAttrs,
  InvertedResidualAttrs,
  GateAttrs,
  MixedDepthwiseAttrs,
  PointwiseAttrs,
  Window,
} from '../../../src/gpu-kernels/families/float.ts';
import { elements, type Shape } from '../../../src/gpu-kernels/op.ts';
import { conv2d } from '../../../src/gpu-kernels/ops/conv2d.ts';
import { opNamed } from '../../../src/gpu-kernels/ops/index.ts';
import type { Rider, Step, Value } from '../../../src/gpu-kernels/step.ts';
import { referenceAttention } from './attention-reference.ts';
import type { StepData } from './run-step.ts';

/** The convolution's attributes for a resolved window; trailing padding is what the output size implies. */
export function convolutionAttrs(w: Window, input: Shape, output: Shape, groups: number) {
  const end = ([0, 1] as const).map((axis) =>
    Math.max(
      0,
      ((output[axis + 1] as number) - 1) * w.stride[axis] +
        (w.kernel[axis] - 1) * w.dilation[axis] +
        1 -
        (input[axis + 1] as number) -
        w.pads[axis],
    ),
  ) as [number, number];
  return {
    out: output[3] as number,
    kernel: [...w.kernel] as [number, number],
    stride: [...w.stride] as [number, number],
    dilation: [...w.dilation] as [number, number],
    padding: [w.pads[0], end[0], w.pads[1], end[1]] as [number, number, number, number],
    groups,
    bias: true,
  };
}

export function convolve(
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
  w: Window,
  input: Shape,
  output: Shape,
  groups: number,
): Float32Array {
  return conv2d.reference(
    [x],
    { weight, bias },
    { inputs: [input], output, attrs: convolutionAttrs(w, input, output, groups) },
  );
}

/** Element of a broadcast operand for element (row, channel) of a value of shape `shape`. */
function broadcast(data: Float32Array, own: Shape, shape: Shape): (row: number, channel: number) => number {
  const channels = own.at(-1) as number;
  const rows = elements(own) / channels;
  const all = elements(shape) / (shape.at(-1) as number);
  // Only what the fast kernels meet: equal rows, one row a picture, or one row.
  const pictures = shape[0] as number;
  const pick =
    rows === all
      ? (row: number) => row
      : rows === pictures
        ? (row: number) => Math.floor(row / (all / pictures))
        : () => 0;
  if (![all, pictures, 1].includes(rows)) throw new Error('the test reference does not know this broadcast');
  return (row, channel) => data[pick(row) * channels + (channels === 1 ? 0 : channel)] as number;
}

export function applyRiders(
  riders: readonly Rider[],
  x: Float32Array,
  shape: Shape,
  step: Step,
  data: StepData,
): Float32Array {
  const channels = shape.at(-1) as number;
  let current = x;
  for (const rider of riders) {
    if (rider.kind === 'unary') {
      const op = opNamed(rider.op);
      if (!op) throw new Error(`no op ${rider.op}`);
      current = op.reference([current], {}, { inputs: [shape], output: shape, attrs: rider.attrs });
      continue;
    }
    if (rider.kind === 'table') throw new Error('the test reference does not know tables');
    const at =
      rider.kind === 'binary'
        ? broadcast(
            data.inputs.get((step.inputs[rider.input] as Value).id) as Float32Array,
            (step.inputs[rider.input] as Value).shape,
            shape,
          )
        : (_row: number, channel: number) => (data.weights[rider.weight] as Float32Array)[channel] as number;
    const swap = rider.kind === 'binary' && rider.swap === true;
    current = current.map((value, i) => {
      const other = at(Math.floor(i / channels), i % channels);
      const [a, b] = swap ? [other, value] : [value, other];
      if (rider.op === 'add') return a + b;
      if (rider.op === 'sub') return a - b;
      if (rider.op === 'mul') return a * b;
      return Math.max(a, 0) + b * Math.min(a, 0);
    });
  }
  return current;
}

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

/** A value seen as a map of one row of pixels. */
const asMap = (shape: Shape): Shape =>
  shape.length === 4 ? shape : [1, 1, elements(shape.slice(0, -1)), shape.at(-1) as number];

/** Sum over pixels, `[N, C]`. */
function channelSums(x: Float32Array, shape: Shape): Float32Array {
  const [batch, channels] = [shape[0] as number, shape.at(-1) as number];
  const pixels = elements(shape) / batch / channels;
  return Float32Array.from({ length: batch * channels }, (_, i) => {
    let sum = 0;
    for (let p = 0; p < pixels; p++)
      sum += x[(Math.floor(i / channels) * pixels + p) * channels + (i % channels)] as number;
    return sum;
  });
}

const unit: Window = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], pads: [0, 0] };

/** Before the epilogue. */
function product(step: Step, x: Float32Array, data: StepData): { y: Float32Array; shape: Shape } {
  const input = shapeOf(step.inputs[0]);
  const output = shapeOf(step.outputs[0]);
  const w = (role: string): Float32Array => data.weights[role] as Float32Array;
  switch (step.family) {
    case 'pointwise': {
      const { groups, stride, pool } = step.attrs as unknown as PointwiseAttrs;
      const [from, channels] = [asMap(input), output.at(-1) as number];
      const to: Shape = pool ? [...from.slice(0, 3), channels] : asMap(output);
      return {
        y: convolve(x, w('weight'), w('bias'), { ...unit, stride }, from, to, groups),
        shape: pool ? to : output,
      };
    }
    case 'conv2d': {
      const attrs = step.attrs as unknown as Conv2dStepAttrs;
      return { y: convolve(x, w('weight'), w('bias'), attrs, input, output, attrs.groups), shape: output };
    }
    case 'depthwise': {
      const attrs = step.attrs as unknown as DepthwiseAttrs;
      const channels = output[3] as number;
      const wide = [...input.slice(0, 3), channels];
      const repeated = Float32Array.from(
        { length: elements(wide) },
        (_, i) =>
          x[Math.floor(i / channels) * (input[3] as number) + ((i % channels) % (input[3] as number))] as number,
      );
      return { y: convolve(repeated, w('weight'), w('bias'), attrs, wide, output, channels), shape: output };
    }
    case 'mixedDepthwise': {
      const { splits, windows } = step.attrs as unknown as MixedDepthwiseAttrs;
      const channels = output[3] as number;
      const y = new Float32Array(elements(output));
      let first = 0;
      windows.forEach((window, part) => {
        const count = splits[part] as number;
        const slice = (data: Float32Array): Float32Array =>
          Float32Array.from(
            { length: (data.length / channels) * count },
            (_, i) => data[Math.floor(i / count) * channels + first + (i % count)] as number,
          );
        const part4 = convolve(
          slice(x),
          w(`weight${part}`),
          w('bias').slice(first, first + count),
          window,
          [...input.slice(0, 3), count],
          [...output.slice(0, 3), count],
          count,
        );
        part4.forEach((value, i) => (y[Math.floor(i / count) * channels + first + (i % count)] = value));
        first += count;
      });
      return { y, shape: output };
    }
    case 'expandDepthwise': {
      const attrs = step.attrs as unknown as ExpandDepthwiseAttrs;
      const wide: Shape = [...input.slice(0, 3), output[3] as number];
      const expanded = applyRiders(
        attrs.middle,
        convolve(x, w('expandWeight'), w('expandBias'), unit, input, wide, 1),
        wide,
        step,
        data,
      );
      return { y: convolve(expanded, w('weight'), w('bias'), attrs, wide, output, output[3] as number), shape: output };
    }
    case 'invertedResidual': {
      const attrs = step.attrs as unknown as InvertedResidualAttrs;
      const channels = w('expandBias').length;
      const wide: Shape = [...input.slice(0, 3), channels];
      const thin: Shape = [...output.slice(0, 3), channels];
      const expanded = convolve(x, w('expandWeight'), w('expandBias'), unit, input, wide, 1);
      const filtered = convolve(
        applyRiders(attrs.middle, expanded, wide, step, data),
        w('depthwiseWeight'),
        w('depthwiseBias'),
        attrs,
        wide,
        thin,
        channels,
      );
      const inner = applyRiders(attrs.inner, filtered, thin, step, data);
      return { y: convolve(inner, w('weight'), w('bias'), unit, thin, output, 1), shape: output };
    }
    case 'depthwisePointwise': {
      const attrs = step.attrs as unknown as ExpandDepthwiseAttrs;
      const channels = input[3] as number;
      const thin: Shape = [...output.slice(0, 3), channels];
      const filtered = applyRiders(
        attrs.middle,
        convolve(x, w('depthwiseWeight'), w('depthwiseBias'), attrs, input, thin, channels),
        thin,
        step,
        data,
      );
      return { y: convolve(filtered, w('weight'), w('bias'), unit, thin, output, 1), shape: output };
    }
    case 'gate': {
      const attrs = step.attrs as unknown as GateAttrs;
      const batch = input[0] as number;
      const vector = (channels: number): Shape => [batch, 1, 1, channels];
      const channels = input.at(-1) as number;
      const mean = channelSums(x, input).map((sum) => sum / attrs.pixels);
      const hidden = applyRiders(
        attrs.act,
        convolve(mean, w('w1'), w('b1'), unit, vector(channels), vector(attrs.hidden), 1),
        vector(attrs.hidden),
        step,
        data,
      );
      return { y: convolve(hidden, w('w2'), w('b2'), unit, vector(attrs.hidden), output, 1), shape: output };
    }
    case 'attention':
      return { y: referenceAttention(step, step.attrs as unknown as AttentionStepAttrs, data), shape: output };
    default:
      throw new Error(`the test reference does not know family ${step.family}`);
  }
}

/** Output 0, then the channel sums `[N, C]` (all parts added) where the step has a second output. */
export function referenceStep(step: Step, data: StepData): Float32Array[] {
  const first = step.inputs[0] as Value;
  const x = applyRiders(step.prologue, data.inputs.get(first.id) as Float32Array, first.shape, step, data);
  const { y, shape } = product(step, x, data);
  const result = applyRiders(step.epilogue, y, shape, step, data);
  if (step.family === 'pointwise' && step.attrs.pool) {
    const pixels = elements(shape) / (shape[0] as number) / (shape.at(-1) as number);
    return [channelSums(result, shape).map((sum) => sum / pixels)];
  }
  return step.outputs.length > 1 ? [result, channelSums(result, shape)] : [result];
}
