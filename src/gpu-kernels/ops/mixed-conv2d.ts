// MixConv (arXiv 1907.09595 §3): channels are split, each part gets a convolution with its own kernel size, the results are joined.
import * as v from 'valibot';
import { defineOp, elements, ShapeError, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { count, pair } from './attributes.ts';
import { conv2d } from './conv2d.ts';
import { pytorchConvolution, writeConvolution, type Conv2dAttrs } from './convolution.ts';
import { featureMap } from './operands.ts';
import { owner, reduction, slidingWindow } from './simple-forms.ts';

const counts = v.pipe(v.array(count), v.minLength(1));

const mixedConv2dAttrs = v.strictObject({
  /** Square kernel of each part. */
  kernels: counts,
  /** Channels of each part before and after its convolution. */
  inSplits: counts,
  outSplits: counts,
  stride: v.optional(pair, [1, 1]),
  dilation: v.optional(pair, [1, 1]),
  padding: v.optional(v.picklist(['same', 'symmetric']), 'symmetric'),
  /** True: every part is depthwise. False: dense parts, for example the grouped 1×1 of MixNet. */
  depthwise: v.optional(v.boolean(), true),
  bias: v.optional(v.literal(false), false),
});
export type MixedConv2dAttrs = v.InferOutput<typeof mixedConv2dAttrs>;

/** One part as a plain convolution. Symmetric padding is ((stride − 1) + dilation·(k − 1)) / 2 rounded down, per axis. */
export interface MixedPart {
  readonly firstIn: number;
  readonly firstOut: number;
  readonly channelsIn: number;
  readonly attrs: Conv2dAttrs;
}

/** The convolutions that a mixed convolution stands for, in channel order. */
export function mixedParts(a: MixedConv2dAttrs): readonly MixedPart[] {
  let firstIn = 0;
  let firstOut = 0;
  return a.kernels.map((kernel, index) => {
    const channelsIn = a.inSplits[index] as number;
    const out = a.outSplits[index] as number;
    const pads = ([0, 1] as const).map((axis) =>
      Math.floor((a.stride[axis] - 1 + a.dilation[axis] * (kernel - 1)) / 2),
    );
    const [y, x] = pads as [number, number];
    const attrs: Conv2dAttrs = {
      out,
      kernel: [kernel, kernel],
      stride: a.stride,
      dilation: a.dilation,
      padding: a.padding === 'same' ? 'same' : [y, y, x, x],
      groups: a.depthwise ? channelsIn : 1,
      bias: false,
    };
    const part = { firstIn, firstOut, channelsIn, attrs };
    firstIn += channelsIn;
    firstOut += out;
    return part;
  });
}

const partInput = (input: Shape, part: MixedPart): Shape => [...input.slice(0, 3), part.channelsIn];

export const mixedConv2d = defineOp({
  name: 'mixed_conv2d',
  doc: 'Channels are split, each part is convolved with its own kernel size, the results are joined (MixConv).',
  attrs: mixedConv2dAttrs,
  shape(inputs, a) {
    const input = featureMap(inputs, 'a mixed convolution');
    if (a.inSplits.length !== a.kernels.length || a.outSplits.length !== a.kernels.length) {
      throw new ShapeError(
        `${a.kernels.length} kernels, ${a.inSplits.length} input splits and ${a.outSplits.length} output splits do not pair up`,
        'give one split of each kind per kernel',
      );
    }
    const total = a.inSplits.reduce((sum, part) => sum + part, 0);
    if (total !== input[3]) {
      throw new ShapeError(
        `the input splits add up to ${total}, but the map has ${input[3]} channels`,
        'make the splits add up to the channels',
      );
    }
    const shapes = mixedParts(a).map((part) => conv2d.shape([partInput(input, part)], part.attrs));
    const [first] = shapes as [Shape, ...Shape[]];
    const odd = shapes.findIndex((shape) => shape[1] !== first[1] || shape[2] !== first[2]);
    if (odd > 0) {
      const size = (shape: Shape) => `${shape[1]}×${shape[2]}`;
      throw new ShapeError(
        `kernel ${a.kernels[odd]} gives a ${size(shapes[odd] as Shape)} map, kernel ${a.kernels[0]} a ${size(first)} map`,
        'use odd kernels only',
      );
    }
    return [...first.slice(0, 3), shapes.reduce((sum, shape) => sum + (shape[3] as number), 0)];
  },
  params([input], a) {
    return Object.fromEntries(
      mixedParts(a).map((part, index) => {
        const specs = conv2d.params?.([partInput(input as Shape, part)], part.attrs);
        return [`${index}.weight`, specs?.weight ?? { shape: [], trainable: true }];
      }),
    );
  },
  macKind: 'conv',
  macs: ([input], a) =>
    mixedParts(a).reduce((sum, part) => sum + conv2d.macs([partInput(input as Shape, part)], part.attrs), 0),
  reference([x], params, { inputs: [input], output, attrs: a }) {
    const result = numbers(elements(output));
    const channels = (input as Shape)[3] as number;
    const outChannels = output[3] as number;
    mixedParts(a).forEach((part, index) => {
      const shape = partInput(input as Shape, part);
      const own = copyChannels(
        x as Float32Array,
        channels,
        part.firstIn,
        numbers(elements(shape)),
        part.channelsIn,
        0,
        part.channelsIn,
      );
      const partOutput = [...output.slice(0, 3), part.attrs.out];
      const signature = { inputs: [shape], output: partOutput, attrs: part.attrs };
      const y = conv2d.reference([own], { weight: params[`${index}.weight`] as Float32Array }, signature);
      copyChannels(y, part.attrs.out, 0, result, outChannels, part.firstOut, part.attrs.out);
    });
    return result;
  },
  onnx: {
    write(context) {
      const { builder, inputs, inputShapes, output, attrs, param } = context;
      const parts = mixedParts(attrs).map((part, index) => {
        const slice = builder.slice(inputs[0] as string, 1, part.firstIn, part.firstIn + part.channelsIn);
        const shape = partInput(inputShapes[0] as Shape, part);
        return writeConvolution(context, slice, shape, part.attrs, [param(`${index}.weight`)]);
      });
      builder.add('Concat', parts, { axis: 1 }, output);
    },
  },
  pytorch: {
    leaves: (n) =>
      mixedParts(n.attrs).map((part, i) => [
        owner(n.params[`${i}.weight`]),
        pytorchConvolution(part.attrs, partInput(n.inputs[0] ?? [], part)).module,
      ]),
    expression(n) {
      const parts = mixedParts(n.attrs).map((part, i) => {
        const x = `${n.x()}[:, ${part.firstIn}:${part.firstIn + part.channelsIn}]`;
        const module = n.at(owner(n.params[`${i}.weight`]));
        return pytorchConvolution(part.attrs, partInput(n.inputs[0] ?? [], part)).apply(module, x);
      });
      return `torch.cat([${parts.join(', ')}], 1)`;
    },
  },
  window(a) {
    const largest = Math.max(...a.kernels);
    return slidingWindow([largest, largest], a.stride, a.dilation);
  },
  box: ({ kernels, stride, depthwise }) => ({
    kind: depthwise ? 'depthwise' : 'pointwise',
    label: `${depthwise ? 'dw' : ''} ${kernels.join('·')}${reduction(stride)}`.trim(),
    words: `${depthwise ? 'depthwise' : 'split'} ${kernels.join(', ')}`,
  }),
});

/** Copies `count` channels of every pixel from channel `from` of `source` to channel `to` of `target`. */
function copyChannels(
  source: Float32Array,
  sourceChannels: number,
  from: number,
  target: Float32Array,
  targetChannels: number,
  to: number,
  count: number,
): Float32Array {
  for (let s = from, t = to; s < source.length; s += sourceChannels, t += targetChannels) {
    for (let c = 0; c < count; c++) target[t + c] = source[s + c] as number;
  }
  return target;
}
