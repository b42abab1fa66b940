// 2-D convolution: dense, grouped and depthwise, with PyTorch's or TensorFlow's padding.
import { defineOp, elements, ShapeError, type ParamSpec, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { conv2dAttrs, conv2dWindow, pytorchConvolution, writeConvolution, type Conv2dAttrs } from './convolution.ts';
import { productBlock, ROWS } from './matrix.ts';
import { featureMap, type MapShape } from './operands.ts';
import { owner, reduction, slidingWindow } from './simple-forms.ts';

export const conv2d = defineOp({
  name: 'conv2d',
  doc: 'Convolution over height and width; groups = channels makes it depthwise.',
  attrs: conv2dAttrs,
  shape(inputs, a) {
    const input = featureMap(inputs, 'a convolution');
    const channels = input[3];
    if (channels % a.groups !== 0 || a.out % a.groups !== 0) {
      throw new ShapeError(
        `${channels} → ${a.out} channels cannot be split into ${a.groups} groups`,
        'make both channel counts divisible by the groups',
      );
    }
    const { height, width } = conv2dWindow(input, a);
    return [input[0], height, width, a.out];
  },
  params([input], a): Readonly<Record<string, ParamSpec>> {
    const weight: ParamSpec = { shape: [a.out, (input?.[3] as number) / a.groups, ...a.kernel], trainable: true };
    const bias: ParamSpec = { shape: [a.out], trainable: true };
    return a.bias ? { weight, bias } : { weight };
  },
  macKind: 'conv',
  macs([input], a) {
    const [batch, , , channels] = input as MapShape;
    const { height, width } = conv2dWindow(input as Shape, a);
    return (batch * height * width * a.out * channels * a.kernel[0] * a.kernel[1]) / a.groups;
  },
  reference([x], { weight, bias }, { inputs: [input], output, attrs: a }) {
    const call = {
      x: x as Float32Array,
      input: input as MapShape,
      weight: weight as Float32Array,
      bias,
      output: output as MapShape,
      a,
    };
    const depthwise = a.groups === input?.[3] && a.groups === a.out;
    return depthwise ? depthwiseReference(call) : denseReference(call);
  },
  onnx: {
    write(context) {
      const { attrs, inputs, inputShapes, output, param } = context;
      const weights = attrs.bias ? [param('weight'), param('bias')] : [param('weight')];
      writeConvolution(context, inputs[0] as string, inputShapes[0] as Shape, attrs, weights, output);
    },
  },
  pytorch: {
    leaves: (n) => [[owner(n.params.weight), pytorchConvolution(n.attrs, n.inputs[0] ?? []).module]],
    expression: (n) => pytorchConvolution(n.attrs, n.inputs[0] ?? []).apply(n.at(owner(n.params.weight)), n.x()),
    nests: 'both',
  },
  window: (a) => slidingWindow(a.kernel, a.stride, a.dilation),
  box({ kernel: [size], stride, groups }, input) {
    const channels = input.at(-1) ?? 1;
    if (groups === channels && channels > 1)
      return { kind: 'depthwise', label: `dw ${size}${reduction(stride)}`, words: `depthwise ${size}×${size}` };
    return {
      kind: size === 1 ? 'pointwise' : 'dense',
      label: `${size}×${size}${groups > 1 ? ' g' : ''}${reduction(stride)}`,
      words: `${size}×${size}`,
    };
  },
});

interface Call {
  readonly x: Float32Array;
  readonly input: MapShape;
  readonly weight: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly output: MapShape;
  readonly a: Conv2dAttrs;
}

/** For output position `out` of one axis: the input position of each tap, or −1 in the padding. */
function tapsOf(
  out: number,
  length: number,
  kernel: number,
  stride: number,
  dilation: number,
  begin: number,
): number[] {
  return Array.from({ length: kernel }, (_, tap) => {
    const at = out * stride - begin + tap * dilation;
    return at >= 0 && at < length ? at : -1;
  });
}

/** Offset in `x` of the first channel under each tap (rows first) of each output pixel, −1 in the padding: `[pixels, taps]`. */
export function tapOffsets({ input, output, a }: Pick<Call, 'input' | 'output' | 'a'>): Int32Array {
  const [batch, inH, inW, channels] = input;
  const [, outH, outW] = output;
  const { top, left } = conv2dWindow(input, a);
  const columns = Array.from({ length: outW }, (_, ox) =>
    tapsOf(ox, inW, a.kernel[1], a.stride[1], a.dilation[1], left),
  );
  const offsets = new Int32Array(batch * outH * outW * a.kernel[0] * a.kernel[1]);
  let to = 0;
  for (let n = 0; n < batch; n++)
    for (let oy = 0; oy < outH; oy++) {
      const rows = tapsOf(oy, inH, a.kernel[0], a.stride[0], a.dilation[0], top);
      for (const column of columns)
        for (const iy of rows)
          for (const ix of column) offsets[to++] = iy < 0 || ix < 0 ? -1 : ((n * inH + iy) * inW + ix) * channels;
    }
  return offsets;
}

/** Weights as float64 with the input channel fastest: OIHW → OHWI. */
export function channelLast(weight: Float32Array, outs: number, depth: number, taps: number): Float64Array {
  const result = new Float64Array(weight.length);
  let from = 0;
  for (let o = 0; o < outs; o++)
    for (let c = 0; c < depth; c++)
      for (let tap = 0; tap < taps; tap++) result[(o * taps + tap) * depth + c] = weight[from++] as number;
  return result;
}

/** ROWS output pixels at a time: their patches are gathered as rows of a matrix and multiplied with the group's weights. */
function denseReference(call: Call): Float32Array {
  const { x, input, weight, bias, output, a } = call;
  const taps = a.kernel[0] * a.kernel[1];
  const groupIn = input[3] / a.groups;
  const groupOut = a.out / a.groups;
  const depth = taps * groupIn;
  const weights = channelLast(weight, a.out, groupIn, taps);
  const offsets = tapOffsets(call);
  const pixels = offsets.length / taps;
  const patches = new Float64Array(ROWS * depth);
  const result = numbers(elements(output));
  for (let pixel = 0; pixel < pixels; pixel += ROWS) {
    const valid = Math.min(ROWS, pixels - pixel);
    for (let group = 0; group < a.groups; group++) {
      let to = 0;
      for (let tap = pixel * taps; tap < (pixel + valid) * taps; tap++, to += groupIn) {
        const offset = offsets[tap] as number;
        if (offset < 0) patches.fill(0, to, to + groupIn);
        else for (let c = 0, from = offset + group * groupIn; c < groupIn; c++) patches[to + c] = x[from + c] as number;
      }
      const first = group * groupOut;
      productBlock(patches, depth, weights, first, groupOut, bias, result, pixel * a.out + first, a.out, valid);
    }
  }
  return result;
}

/** One output pixel at a time, all channels at once; taps inside the map go four to a pass, so that a sum is touched once for four products. */
function depthwiseReference(call: Call): Float32Array {
  const { x, input, weight, bias, output, a } = call;
  const taps = a.kernel[0] * a.kernel[1];
  const channels = input[3];
  const weights = channelLast(weight, 1, channels, taps); // [tap][channel]
  const offsets = tapOffsets(call);
  const start = bias ? new Float64Array(bias) : new Float64Array(channels);
  const sums = new Float64Array(channels);
  // Taps of this pixel that lie inside the map: where each reads x and its weights.
  const from = new Int32Array(taps);
  const rows = new Int32Array(taps);
  const result = numbers(elements(output));
  for (let pixel = 0; pixel < offsets.length / taps; pixel++) {
    let inside = 0;
    for (let tap = 0; tap < taps; tap++) {
      const offset = offsets[pixel * taps + tap] as number;
      if (offset < 0) continue;
      from[inside] = offset;
      rows[inside++] = tap * channels;
    }
    sums.set(start);
    let tap = 0;
    for (; tap + 4 <= inside; tap += 4) addFourTaps(sums, x, weights, from, rows, tap);
    for (; tap < inside; tap++) {
      const at = from[tap] as number;
      const row = rows[tap] as number;
      for (let c = 0; c < channels; c++)
        sums[c] = (sums[c] as number) + (x[at + c] as number) * (weights[row + c] as number);
    }
    result.set(sums, pixel * channels);
  }
  return result;
}

function addFourTaps(
  sums: Float64Array,
  x: Float32Array,
  weights: Float64Array,
  from: Int32Array,
  rows: Int32Array,
  tap: number,
): void {
  const x0 = from[tap] as number;
  const x1 = from[tap + 1] as number;
  const x2 = from[tap + 2] as number;
  const x3 = from[tap + 3] as number;
  const w0 = rows[tap] as number;
  const w1 = rows[tap + 1] as number;
  const w2 = rows[tap + 2] as number;
  const w3 = rows[tap + 3] as number;
  for (let c = 0; c < sums.length; c++) {
    sums[c] =
      (sums[c] as number) +
      (x[x0 + c] as number) * (weights[w0 + c] as number) +
      (x[x1 + c] as number) * (weights[w1 + c] as number) +
      (x[x2 + c] as number) * (weights[w2 + c] as number) +
      (x[x3 + c] as number) * (weights[w3 + c] as number);
  }
}
