// How each op of the graph is said in ONNX: one emitter an op.
import { conv2dWindow, type Conv2dAttrs } from '../../../gpu-kernels/ops/conv2d.ts';
import { mixedParts, type MixedConv2dAttrs } from '../../../gpu-kernels/ops/mixed-conv2d.ts';
import {
  binomialFilter,
  blurPadding,
  poolWindow,
  type AvgPool2dAttrs,
  type BlurPoolAttrs,
} from '../../../gpu-kernels/ops/pool.ts';
import type { Shape } from '../../../gpu-kernels/op.ts';
import { exportedAxis } from './builder.ts';
import type { EmitContext } from './export.ts';
import { attention, performer } from './attention.ts';

type Emitter = (context: EmitContext) => void;
type Map4 = readonly [number, number, number, number];

/** One node of the same meaning. */
const direct =
  (op: string, attributes: Record<string, { float: number } | number | string> = {}): Emitter =>
  ({ builder, inputs, output }) =>
    void builder.add(op, inputs, attributes, output);

/** A vector of C so that it runs along the channel of a value of this shape. */
const alongChannel = (shape: Shape, channels: number): Shape => (shape.length === 4 ? [channels, 1, 1] : [channels]);

function convolution(
  { builder, output }: EmitContext,
  input: string,
  shape: Shape,
  a: Conv2dAttrs,
  weights: readonly string[],
  name = output,
): string {
  const { top, left, height, width } = conv2dWindow(shape, a);
  const [, inH, inW] = shape as Map4;
  const reach = (out: number, axis: 0 | 1) => (out - 1) * a.stride[axis] + (a.kernel[axis] - 1) * a.dilation[axis] + 1;
  // ONNX pads say what is added at the ends; what the floor rule leaves over needs no padding.
  const pads = [top, left, Math.max(0, reach(height, 0) - inH - top), Math.max(0, reach(width, 1) - inW - left)];
  return builder.add(
    'Conv',
    [input, ...weights],
    { kernel_shape: a.kernel, strides: a.stride, dilations: a.dilation, pads, group: a.groups },
    name,
  );
}

const mean: Emitter = ({ builder, node, inputs, inputShapes, output, outputShape }) => {
  const { axes, keepDims } = node.attrs as { axes: readonly number[]; keepDims: boolean };
  const rank = (inputShapes[0] as Shape).length;
  // Dropping a spatial axis of a map leaves [N, C, …]; the only such result of ours is the vector [N, C].
  if (!keepDims && outputShape.length === 3 && rank === 4)
    throw new Error(`${node.id}: the mean over one dropped axis of a map has no ONNX form here`);
  builder.add(
    'ReduceMean',
    [inputs[0] as string, builder.integers(axes.map((axis) => exportedAxis(rank, axis)))],
    { keepdims: keepDims ? 1 : 0 },
    output,
  );
};

/** Centred values and their variance over `axes` of the input, or of the input in another shape. */
function normal(
  { builder, inputs }: EmitContext,
  axes: readonly number[],
  shape?: readonly number[],
): { variance: string; centred: string } {
  const input = shape ? builder.reshape(inputs[0] as string, shape) : (inputs[0] as string);
  const mu = builder.add('ReduceMean', [input, builder.integers(axes)], { keepdims: 1 });
  const centred = builder.add('Sub', [input, mu]);
  const variance = builder.add('ReduceMean', [builder.add('Mul', [centred, centred]), builder.integers(axes)], {
    keepdims: 1,
  });
  return { variance, centred };
}

/** value · weight + bias along the channel. */
function affine(context: EmitContext, value: string): void {
  const { builder, outputShape, output } = context;
  const shape = alongChannel(outputShape, outputShape.at(-1) as number);
  builder.add(
    'Add',
    [builder.add('Mul', [value, context.param('weight', shape)]), context.param('bias', shape)],
    {},
    output,
  );
}

const deviation = ({ builder }: EmitContext, variance: string, eps: number): string =>
  builder.add('Sqrt', [builder.add('Add', [variance, builder.scalar(eps)])]);

export const emitters: Readonly<Record<string, Emitter>> = {
  conv2d(context) {
    const a = context.node.attrs as Conv2dAttrs;
    convolution(
      context,
      context.inputs[0] as string,
      context.inputShapes[0] as Shape,
      a,
      a.bias ? [context.param('weight'), context.param('bias')] : [context.param('weight')],
    );
  },
  mixed_conv2d(context) {
    const { builder, inputs, inputShapes, output, node } = context;
    const [batch, height, width] = inputShapes[0] as Map4;
    const parts = mixedParts(node.attrs as MixedConv2dAttrs).map((part, index) => {
      const slice = builder.slice(inputs[0] as string, 1, part.firstIn, part.firstIn + part.channelsIn);
      return convolution(
        context,
        slice,
        [batch, height, width, part.channelsIn],
        part.attrs,
        [context.param(`${index}.weight`)],
        builder.fresh('Conv'),
      );
    });
    builder.add('Concat', parts, { axis: 1 }, output);
  },
  batch_norm(context) {
    const { builder, inputs, output, node, outputShape } = context;
    const names = ['weight', 'bias', 'running_mean', 'running_var'].map((role) => context.param(role));
    if (outputShape.length !== 3)
      return void builder.add(
        'BatchNormalization',
        [inputs[0] as string, ...names],
        { epsilon: { float: (node.attrs as { eps: number }).eps } },
        output,
      );
    // Tokens keep the channel last; BatchNormalization wants it second.
    const turned = builder.add('BatchNormalization', [builder.transpose(inputs[0] as string, [0, 2, 1]), ...names], {
      epsilon: { float: (node.attrs as { eps: number }).eps },
    });
    builder.transpose(turned, [0, 2, 1], output);
  },
  layer_norm(context) {
    const { builder, inputs, output, node, outputShape } = context;
    const attributes = { axis: -1, epsilon: { float: (node.attrs as { eps: number }).eps } };
    const parameters = [context.param('weight'), context.param('bias')];
    if (outputShape.length !== 4)
      return void builder.add('LayerNormalization', [inputs[0] as string, ...parameters], attributes, output);
    const last = builder.add(
      'LayerNormalization',
      [builder.transpose(inputs[0] as string, [0, 2, 3, 1]), ...parameters],
      attributes,
    );
    builder.transpose(last, [0, 3, 1, 2], output);
  },
  group_norm(context) {
    const { groups, eps } = context.node.attrs as { groups: number; eps: number };
    const { builder } = context;
    const { centred, variance } = grouped(context, groups);
    const divided = builder.add('Div', [centred, deviation(context, variance, eps)]);
    affine(context, builder.reshape(divided, ungrouped(context)));
  },
  evonorm_b0(context) {
    const { eps, apply } = context.node.attrs as { eps: number; apply: boolean };
    const { builder, inputs, outputShape } = context;
    if (!apply) return affine(context, inputs[0] as string);
    const channels = outputShape.at(-1) as number;
    const { variance } = normal(context, [2, 3]);
    const shape = alongChannel(outputShape, channels);
    const batch = builder.constant(
      `${context.node.id} deviation`,
      shape,
      (context.values('running_var') as Float32Array).map((value) => Math.sqrt(value + eps)),
    );
    const slope = builder.add('Mul', [inputs[0] as string, context.param('v', shape)]);
    const instance = builder.add('Add', [slope, deviation(context, variance, eps)]);
    affine(context, builder.add('Div', [inputs[0] as string, builder.add('Max', [batch, instance])]));
  },
  evonorm_s0(context) {
    const { groups, eps, apply } = context.node.attrs as { groups: number; eps: number; apply: boolean };
    const { builder, inputs, outputShape } = context;
    if (!apply) return affine(context, inputs[0] as string);
    const { variance } = grouped(context, groups);
    const gate = builder.add('Sigmoid', [
      builder.add('Mul', [
        inputs[0] as string,
        context.param('v', alongChannel(outputShape, outputShape.at(-1) as number)),
      ]),
    ]);
    const numerator = builder.reshape(
      builder.add('Mul', [inputs[0] as string, gate]),
      groupedShape(outputShape, groups),
    );
    affine(
      context,
      builder.reshape(builder.add('Div', [numerator, deviation(context, variance, eps)]), ungrouped(context)),
    );
  },
  relu: direct('Relu'),
  relu6: ({ builder, inputs, output }) =>
    void builder.add('Clip', [inputs[0] as string, builder.scalar(0), builder.scalar(6)], {}, output),
  hswish: direct('HardSwish'),
  hsigmoid: direct('HardSigmoid', { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  sigmoid: direct('Sigmoid'),
  swish: ({ builder, inputs, output }) =>
    void builder.add('Mul', [inputs[0] as string, builder.add('Sigmoid', inputs)], {}, output),
  gelu: direct('Gelu'),
  gelu_tanh: direct('Gelu', { approximate: 'tanh' }),
  tanh: direct('Tanh'),
  prelu: (context) =>
    void context.builder.add(
      'PRelu',
      [
        context.inputs[0] as string,
        context.param('weight', alongChannel(context.outputShape, context.outputShape.at(-1) as number)),
      ],
      {},
      context.output,
    ),
  add: direct('Add'),
  mul: direct('Mul'),
  sub: direct('Sub'),
  scale_const: ({ builder, inputs, output, node }) =>
    void builder.add(
      'Mul',
      [inputs[0] as string, builder.scalar((node.attrs as { factor: number }).factor)],
      {},
      output,
    ),
  layer_scale: (context) =>
    void context.builder.add(
      'Mul',
      [
        context.inputs[0] as string,
        context.param('gamma', alongChannel(context.outputShape, context.outputShape.at(-1) as number)),
      ],
      {},
      context.output,
    ),
  mean,
  avg_pool2d: (context) => pool(context, 'AveragePool'),
  max_pool2d: (context) => pool(context, 'MaxPool'),
  blur_pool(context) {
    const { builder, node, inputs, inputShapes } = context;
    const a = node.attrs as BlurPoolAttrs;
    const input = inputShapes[0] as Map4;
    const pad = blurPadding(a);
    const padded = builder.add('Pad', [inputs[0] as string, builder.integers([0, 0, pad, pad, 0, 0, pad, pad])], {
      mode: a.border === 'zeros' ? 'constant' : 'reflect',
    });
    const line = binomialFilter(a.size);
    const filter = line.flatMap((row) => line.map((column) => row * column));
    const channels = input[3];
    const weight = builder.constant(
      `blur ${a.size}x${channels}`,
      [channels, 1, a.size, a.size],
      Float32Array.from({ length: channels * filter.length }, (_, i) => filter[i % filter.length] as number),
    );
    builder.add(
      'Conv',
      [padded, weight],
      { kernel_shape: [a.size, a.size], strides: [a.stride, a.stride], group: channels },
      context.output,
    );
  },
  resize({ builder, node, inputs, output, outputShape }) {
    const { mode, alignCorners } = node.attrs as { mode: 'bilinear' | 'nearest'; alignCorners: boolean };
    const [batch, height, width, channels] = outputShape as Map4;
    const attributes: Record<string, string> =
      mode === 'nearest'
        ? { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
        : { mode: 'linear', coordinate_transformation_mode: alignCorners ? 'align_corners' : 'half_pixel' };
    builder.add(
      'Resize',
      [inputs[0] as string, '', '', builder.integers([batch, channels, height, width])],
      attributes,
      output,
    );
  },
  unfold(context) {
    // im2col as a depthwise convolution: one unit filter for each tap of each channel.
    const { builder, node, inputs, inputShapes, output, outputShape } = context;
    const { kernel, stride, padding } = node.attrs as Pick<Conv2dAttrs, 'kernel' | 'stride' | 'padding'>;
    const input = inputShapes[0] as Map4;
    const taps = kernel[0] * kernel[1];
    const weight = new Float32Array(input[3] * taps * taps);
    for (let i = 0; i < input[3] * taps; i++) weight[i * taps + (i % taps)] = 1;
    const name = builder.constant(`taps ${input[3]} ${kernel.join('x')}`, [input[3] * taps, 1, ...kernel], weight);
    const a: Conv2dAttrs = {
      out: input[3] * taps,
      kernel,
      stride,
      padding,
      dilation: [1, 1],
      groups: input[3],
      bias: false,
    };
    const columns = convolution(context, inputs[0] as string, input, a, [name], builder.fresh('Conv'));
    builder.transpose(
      builder.reshape(columns, [input[0], input[3] * taps, outputShape[1] as number]),
      [0, 2, 1],
      output,
    );
  },
  linear(context) {
    const { builder, inputs, output, node, inputShapes } = context;
    const { out, bias } = node.attrs as { out: number; bias: boolean };
    const input = inputShapes[0] as Shape;
    if (input.length === 2)
      return void builder.add(
        'Gemm',
        [inputs[0] as string, context.param('weight'), ...(bias ? [context.param('bias')] : [])],
        { transB: 1 },
        output,
      );
    const k = input.at(-1) as number;
    const weight = context.values('weight') as Float32Array;
    const turned = new Float32Array(weight.length);
    for (let o = 0; o < out; o++) for (let i = 0; i < k; i++) turned[i * out + o] = weight[o * k + i] as number;
    const product = builder.add(
      'MatMul',
      [inputs[0] as string, builder.constant(`${node.params['weight']} transposed`, [k, out], turned)],
      {},
      bias ? builder.fresh('MatMul') : output,
    );
    if (bias) builder.add('Add', [product, context.param('bias')], {}, output);
  },
  reshape({ builder, inputs, output, inputShapes, outputShape }) {
    const input = inputShapes[0] as Shape;
    const [from, to] = [input.length, outputShape.length];
    if (from === 4 && to === 3) {
      const [batch, height, width, channels] = input as Map4;
      builder.transpose(builder.reshape(inputs[0] as string, [batch, channels, height * width]), [0, 2, 1], output);
    } else if (from === 3 && to === 4) {
      const [batch, height, width, channels] = outputShape as Map4;
      builder.reshape(builder.transpose(inputs[0] as string, [0, 2, 1]), [batch, channels, height, width], output);
    } else builder.reshape(inputs[0] as string, outputShape, output);
  },
  concat: ({ builder, inputs, output, node, outputShape }) =>
    void builder.add(
      'Concat',
      inputs,
      { axis: exportedAxis(outputShape.length, (node.attrs as { axis: number }).axis) },
      output,
    ),
  slice({ builder, inputs, output, node, outputShape }) {
    const { axis, start, size, step } = node.attrs as { axis: number; start: number; size: number; step: number };
    builder.slice(
      inputs[0] as string,
      exportedAxis(outputShape.length, axis),
      start,
      start + (size - 1) * step + 1,
      step,
      output,
    );
  },
  select({ builder, inputs, output, node, inputShapes, outputShape }) {
    const { axis, index } = node.attrs as { axis: number; index: number };
    const rank = (inputShapes[0] as Shape).length;
    if (rank === 4) throw new Error(`${node.id}: selecting from a map has no ONNX form here`);
    builder.reshape(builder.slice(inputs[0] as string, axis, index, index + 1), outputShape, output);
  },
  transpose({ builder, inputs, output, node, inputShapes }) {
    const { perm } = node.attrs as { perm: readonly number[] };
    if ((inputShapes[0] as Shape).length !== 4) return void builder.transpose(inputs[0] as string, perm, output);
    // Exported axis i holds our axis [0, 3, 1, 2][i].
    const ours = [0, 3, 1, 2];
    builder.transpose(
      inputs[0] as string,
      ours.map((axis) => exportedAxis(4, perm[axis] as number)),
      output,
    );
  },
  softmax: ({ builder, inputs, output, outputShape }) =>
    void builder.add('Softmax', inputs, { axis: exportedAxis(outputShape.length, outputShape.length - 1) }, output),
  prepend_token: (context) =>
    void context.builder.add(
      'Concat',
      [context.param('cls_token'), context.inputs[0] as string],
      { axis: 1 },
      context.output,
    ),
  position_embedding: (context) =>
    void context.builder.add('Add', [context.inputs[0] as string, context.param('pos_embed')], {}, context.output),
  attention,
  performer_attention: performer,
};

function pool({ builder, node, inputs, inputShapes, output }: EmitContext, op: 'AveragePool' | 'MaxPool'): void {
  const a = node.attrs as AvgPool2dAttrs;
  const input = inputShapes[0] as Map4;
  const windows = poolWindow(input, a);
  const trailing = windows.map((axis, i) => axis.end - (input[i + 1] as number));
  builder.add(
    op,
    inputs,
    {
      kernel_shape: a.kernel,
      strides: a.stride,
      pads: [windows[0].begin, windows[1].begin, trailing[0] as number, trailing[1] as number],
      ceil_mode: a.ceilMode ? 1 : 0,
      ...(op === 'AveragePool' && { count_include_pad: a.countIncludePad ? 1 : 0 }),
    },
    output,
  );
}

/** `[N, groups, C/groups · H · W]` of a map. */
const groupedShape = (shape: Shape, groups: number): readonly number[] => {
  const [batch, ...rest] = shape;
  return [batch as number, groups, rest.reduce((a, b) => a * b, 1) / groups];
};
const grouped = (context: EmitContext, groups: number) =>
  normal(context, [2], groupedShape(context.outputShape, groups));
const ungrouped = ({ outputShape }: EmitContext): readonly number[] =>
  outputShape.length === 4
    ? ([outputShape[0], outputShape[3], outputShape[1], outputShape[2]] as number[])
    : outputShape;
