// Normalisation layers whose statistics come from a checkpoint (batch norm) or from the activation itself (layer and group norm).
import * as v from 'valibot';
import { defineOp, elements, ShapeError, type ParamSpec, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { count, epsilon } from './attributes.ts';
import { moments } from './moments.ts';
import { deviation, grouped, normModule, ungrouped, writeAffine } from './norm-forms.ts';
import { channelsOf, onlyOperand } from './operands.ts';

const vector = (input: Shape | undefined, trainable = true): ParamSpec => ({
  shape: [channelsOf(input as Shape)],
  trainable,
});
const affine = (input: Shape | undefined) => ({ weight: vector(input), bias: vector(input) });

const batchNormAttrs = v.strictObject({ eps: v.optional(epsilon, 1e-5) });
export type BatchNormAttrs = v.InferOutput<typeof batchNormAttrs>;

/** Inference form (arXiv 1502.03167 §3.1): (x − running mean) / sqrt(running variance + eps) · weight + bias, per channel. */
export const batchNorm = defineOp({
  name: 'batch_norm',
  doc: 'Scale and shift per channel with the running statistics of training.',
  attrs: batchNormAttrs,
  shape: (inputs) => onlyOperand(inputs, 'batch norm'),
  params: ([input]) => ({ ...affine(input), running_mean: vector(input, false), running_var: vector(input, false) }),
  macKind: 'none',
  macs: () => 0,
  reference([x], params, { output, attrs }) {
    const channels = channelsOf(output);
    const source = x as Float32Array;
    const { weight, bias, running_mean, running_var } = params as Record<
      'weight' | 'bias' | 'running_mean' | 'running_var',
      Float32Array
    >;
    const result = numbers(elements(output));
    for (let c = 0; c < channels; c++) {
      const scale = (weight[c] as number) / Math.sqrt((running_var[c] as number) + attrs.eps);
      const shift = (bias[c] as number) - (running_mean[c] as number) * scale;
      for (let i = c; i < result.length; i += channels) result[i] = (source[i] as number) * scale + shift;
    }
    return result;
  },
  onnx: {
    write({ builder, inputs, output, outputShape, attrs, param }) {
      const [x] = inputs as [string];
      const names = ['weight', 'bias', 'running_mean', 'running_var'].map((role) => param(role));
      const attributes = { epsilon: { float: attrs.eps } };
      const rank = outputShape.length;
      if (rank === 2 || rank === 4) return void builder.add('BatchNormalization', [x, ...names], attributes, output);
      // All but maps keep the channel last; BatchNormalization wants it second.
      const between = Array.from({ length: rank - 2 }, (_, i) => i + 1);
      const first = builder.transpose(x, [0, rank - 1, ...between]);
      const turned = builder.add('BatchNormalization', [first, ...names], attributes);
      builder.transpose(turned, [0, ...between.map((axis) => axis + 1), 1], output);
    },
  },
  pytorch: normModule<BatchNormAttrs>(
    (count, { eps }, rank) => `nn.BatchNorm${rank === 4 ? 2 : 1}d(${count}${eps === 1e-5 ? '' : `, eps=${eps}`})`,
    'second',
  ),
});

const layerNormAttrs = v.strictObject({ eps: v.optional(epsilon, 1e-6) });
type LayerNormAttrs = v.InferOutput<typeof layerNormAttrs>;

/** Layer norm (arXiv 1607.06450) over the last axis: every token or pixel on its own. */
export const layerNorm = defineOp({
  name: 'layer_norm',
  doc: 'Normalises each token or pixel over its channels.',
  attrs: layerNormAttrs,
  shape: (inputs) => onlyOperand(inputs, 'layer norm'),
  params: ([input]) => affine(input),
  macKind: 'none',
  macs: () => 0,
  reference([x], params, { output, attrs }) {
    const channels = channelsOf(output);
    const source = x as Float32Array;
    const { weight, bias } = params as Record<'weight' | 'bias', Float32Array>;
    const result = numbers(elements(output));
    for (let row = 0; row < result.length; row += channels) {
      const { mean, variance } = moments(source, row, 1, channels, channels);
      const scale = 1 / Math.sqrt(variance + attrs.eps);
      for (let c = 0; c < channels; c++) {
        result[row + c] = ((source[row + c] as number) - mean) * scale * (weight[c] as number) + (bias[c] as number);
      }
    }
    return result;
  },
  onnx: {
    write({ builder, inputs, output, outputShape, attrs, param }) {
      const [x] = inputs as [string];
      const attributes = { axis: -1, epsilon: { float: attrs.eps } };
      const parameters = [param('weight'), param('bias')];
      if (outputShape.length !== 4)
        return void builder.add('LayerNormalization', [x, ...parameters], attributes, output);
      const last = builder.transpose(x, [0, 2, 3, 1]);
      builder.transpose(builder.add('LayerNormalization', [last, ...parameters], attributes), [0, 3, 1, 2], output);
    },
  },
  pytorch: normModule<LayerNormAttrs>((count, { eps }) => `nn.LayerNorm(${count}, eps=${eps})`, 'last'),
});

/** Throws ShapeError unless the channels split into `groups` equal parts. */
export function checkGroups(input: Shape, groups: number, what: string): Shape {
  const channels = channelsOf(input);
  if (channels % groups !== 0) {
    throw new ShapeError(
      `${what} cannot split ${channels} channels into ${groups} groups`,
      'use a number of groups that divides the channels',
    );
  }
  return input;
}

/** Calls `visit` once per picture and group with the first element of the group and the number of pixels in a picture. */
export function eachGroup(
  output: Shape,
  groups: number,
  visit: (from: number, pixels: number, group: number) => void,
): void {
  const channels = channelsOf(output);
  const pixels = elements(output) / ((output[0] as number) * channels);
  for (let n = 0; n < (output[0] as number); n++) {
    for (let group = 0; group < groups; group++)
      visit(n * pixels * channels + (group * channels) / groups, pixels, group);
  }
}

const groupNormAttrs = v.strictObject({ groups: count, eps: v.optional(epsilon, 1e-5) });
type GroupNormAttrs = v.InferOutput<typeof groupNormAttrs>;

/** Group norm (arXiv 1803.08494): mean and variance over all pixels of C / groups neighbouring channels. */
export const groupNorm = defineOp({
  name: 'group_norm',
  doc: 'Normalises each group of channels over the whole picture.',
  attrs: groupNormAttrs,
  shape: (inputs, a) => checkGroups(onlyOperand(inputs, 'group norm'), a.groups, 'group norm'),
  params: ([input]) => affine(input),
  macKind: 'none',
  macs: () => 0,
  reference([x], params, { output, attrs }) {
    const channels = channelsOf(output);
    const width = channels / attrs.groups;
    const source = x as Float32Array;
    const { weight, bias } = params as Record<'weight' | 'bias', Float32Array>;
    const result = numbers(elements(output));
    eachGroup(output, attrs.groups, (from, pixels, group) => {
      const { mean, variance } = moments(source, from, pixels, channels, width);
      const scale = 1 / Math.sqrt(variance + attrs.eps);
      for (let p = 0, at = from; p < pixels; p++, at += channels) {
        for (let i = 0; i < width; i++) {
          const c = group * width + i;
          result[at + i] = ((source[at + i] as number) - mean) * scale * (weight[c] as number) + (bias[c] as number);
        }
      }
    });
    return result;
  },
  onnx: {
    write(context) {
      const { builder, attrs, outputShape } = context;
      const tokens = outputShape.length === 3;
      // Tokens keep the channel last; a group's channels lie together where it is second.
      const inputs = tokens ? [builder.transpose(context.inputs[0] as string, [0, 2, 1])] : context.inputs;
      const { centred, variance } = grouped({ ...context, inputs }, attrs.groups);
      const divided = builder.add('Div', [centred, deviation(context, variance, attrs.eps)]);
      const [batch = 1, count = 1, channels = 1] = outputShape;
      if (!tokens) return writeAffine(context, builder.reshape(divided, ungrouped(context)));
      writeAffine(context, builder.transpose(builder.reshape(divided, [batch, channels, count]), [0, 2, 1]));
    },
  },
  pytorch: normModule<GroupNormAttrs>(
    (count, { groups, eps }) => `nn.GroupNorm(${groups}, ${count}, eps=${eps})`,
    'second',
  ),
});
