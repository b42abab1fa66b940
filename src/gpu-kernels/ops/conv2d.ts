// 2-D convolution: dense, grouped and depthwise, with PyTorch's or TensorFlow's padding.
import * as v from 'valibot';
import { defineOp, elements, ShapeError, type Shape } from '../op.ts';
import { padAxis, windowOutput, type Padding } from '../padding.ts';

const size = v.pipe(v.number(), v.integer(), v.minValue(1));
const pair = v.tuple([size, size]);
const pad = v.pipe(v.number(), v.integer(), v.minValue(0));

export const conv2dAttrs = v.strictObject({
  out: size,
  kernel: pair,
  stride: v.optional(pair, [1, 1]),
  dilation: v.optional(pair, [1, 1]),
  padding: v.optional(v.union([v.literal('same'), pad, v.tuple([pad, pad, pad, pad])]), 0),
  groups: v.optional(size, 1),
  bias: v.optional(v.boolean(), false),
});
export type Conv2dAttrs = v.InferOutput<typeof conv2dAttrs>;

/** Output height and width and the padding that leads to them. Throws ShapeError when the kernel exceeds the padded map. */
export function conv2dWindow(input: Shape, a: Pick<Conv2dAttrs, 'kernel' | 'stride' | 'dilation'> & { padding: Padding }) {
  const axes = ([0, 1] as const).map((axis) => {
    const length = input[axis + 1] as number;
    const pads = padAxis(a.padding, axis, length, a.kernel[axis], a.stride[axis], a.dilation[axis]);
    const out = windowOutput(length, a.kernel[axis], a.stride[axis], a.dilation[axis], pads);
    if (out < 1) {
      throw new ShapeError(`kernel ${a.kernel[axis]} is larger than the ${length} px map it reads`, 'use a smaller kernel, a smaller stride above, or a larger input');
    }
    return { out, begin: pads[0] };
  });
  const [y, x] = axes as [{ out: number; begin: number }, { out: number; begin: number }];
  return { height: y.out, width: x.out, top: y.begin, left: x.begin };
}

export const conv2d = defineOp<Conv2dAttrs>({
  name: 'conv2d',
  doc: 'Convolution over height and width; groups = channels makes it depthwise.',
  attrs: conv2dAttrs,
  shape([input], a) {
    if (!input || input.length !== 4) throw new ShapeError('a convolution needs a feature map');
    const channels = input[3] as number;
    if (channels % a.groups !== 0 || a.out % a.groups !== 0) {
      throw new ShapeError(`${channels} → ${a.out} channels cannot be split into ${a.groups} groups`, 'make both channel counts divisible by the groups');
    }
    const { height, width } = conv2dWindow(input, a);
    return [input[0] as number, height, width, a.out];
  },
  params([input], a) {
    const weight = { shape: [a.out, (input?.[3] as number) / a.groups, ...a.kernel], trainable: true };
    return a.bias ? { weight, bias: { shape: [a.out], trainable: true } } : { weight };
  },
  macKind: 'conv',
  macs(inputs, a) {
    const input = inputs[0] as Shape;
    return (elements(this.shape(inputs, a)) * (input[3] as number) * a.kernel[0] * a.kernel[1]) / a.groups;
  },
  reference([x], params, { inputs: [input], output, attrs: a }) {
    const [batch, inH, inW, inC] = input as [number, number, number, number];
    const [, outH, outW, outC] = output as [number, number, number, number];
    const [kh, kw] = a.kernel;
    const { top, left } = conv2dWindow(input as Shape, a);
    const weight = params.weight as Float32Array;
    const source = x as Float32Array;
    const groupIn = inC / a.groups;
    const groupOut = outC / a.groups;
    const result = new Float32Array(batch * outH * outW * outC);
    // One output pixel at a time: its patch is gathered once as float64 in the weights' own order (I, KH, KW),
    // then every output channel is a dot product of contiguous rows.
    const patchSize = groupIn * kh * kw;
    const patches = new Float64Array(a.groups * patchSize);
    const rows = Float64Array.from(weight);
    for (let n = 0; n < batch; n++)
      for (let oy = 0; oy < outH; oy++)
        for (let ox = 0; ox < outW; ox++) {
          for (let ky = 0; ky < kh; ky++) {
            const iy = oy * a.stride[0] - top + ky * a.dilation[0];
            for (let kx = 0; kx < kw; kx++) {
              const ix = ox * a.stride[1] - left + kx * a.dilation[1];
              const inside = iy >= 0 && iy < inH && ix >= 0 && ix < inW;
              const from = ((n * inH + iy) * inW + ix) * inC;
              const tap = ky * kw + kx;
              for (let c = 0; c < inC; c++) patches[c * kh * kw + tap] = inside ? (source[from + c] as number) : 0;
            }
          }
          const to = ((n * outH + oy) * outW + ox) * outC;
          for (let o = 0; o < outC; o++) {
            const patch = Math.floor(o / groupOut) * patchSize;
            const row = o * patchSize;
            let sum = params.bias ? (params.bias[o] as number) : 0;
            for (let i = 0; i < patchSize; i++) sum += (patches[patch + i] as number) * (rows[row + i] as number);
            result[to + o] = sum;
          }
        }
    return result;
  },
});
