// EvoNorm (arXiv 2004.02967): normalisation and activation evolved as one layer; B0 uses batch statistics, S0 none.
import * as v from 'valibot';
import { defineOp, elements, type ParamSpec, type Shape } from '../op.ts';
import type { PytorchForm, PytorchHelper } from '../forms.ts';
import { numbers } from '../numbers.ts';
import { count, epsilon } from './attributes.ts';
import { alongChannel } from './channel-first.ts';
import { moments } from './moments.ts';
import { checkGroups, eachGroup } from './norm.ts';
import { deviation, grouped, groupedShape, normal, ungrouped, writeAffine } from './norm-forms.ts';
import { channelsOf, featureMap } from './operands.ts';
import { owner, pythonBool } from './simple-forms.ts';

const vector = (input: Shape | undefined, trainable = true): ParamSpec => ({
  shape: [channelsOf(input as Shape)],
  trainable,
});

const pytorchForm = (
  helper: PytorchHelper,
): PytorchForm<{ readonly eps: number; readonly apply: boolean; readonly groups?: number }> => ({
  leaves(n) {
    const { eps, apply, groups } = n.attrs;
    const words = [channelsOf(n.output), ...(groups === undefined ? [] : [groups]), eps, pythonBool(apply)];
    return [[owner(n.params.weight), `${n.use(helper)}(${words.join(', ')})`]];
  },
  expression: (n) => `${n.at(owner(n.params.weight))}(${n.x()})`,
  nests: 'both',
});

const evonormB0Attrs = v.strictObject({
  eps: v.optional(epsilon, 1e-3),
  /** False after a linear bottleneck: only weight · x + bias, and no `v`. */
  apply: v.optional(v.boolean(), true),
});

/**
 * y = x / max(sqrt(running variance + eps), v·x + sqrt(instance variance + eps)) · weight + bias, instance = one channel of one picture.
 * Inference form; the running variance stays in the checkpoint even where `apply` is false.
 */
export const evonormB0 = defineOp({
  name: 'evonorm_b0',
  doc: 'EvoNorm-B0: normalisation and non-linearity in one, with running statistics.',
  attrs: evonormB0Attrs,
  shape: (inputs) => featureMap(inputs, 'EvoNorm'),
  params([input], a) {
    const own = { weight: vector(input), bias: vector(input) };
    return { ...own, ...(a.apply ? { v: vector(input) } : {}), running_var: vector(input, false) };
  },
  macKind: 'none',
  macs: () => 0,
  reference([x], params, { output, attrs }) {
    const channels = channelsOf(output);
    const source = x as Float32Array;
    const { weight, bias, running_var } = params as Record<'weight' | 'bias' | 'running_var', Float32Array>;
    const result = numbers(elements(output));
    eachGroup(output, channels, (from, pixels, c) => {
      const instance = attrs.apply ? Math.sqrt(moments(source, from, pixels, channels, 1).variance + attrs.eps) : 0;
      const batch = Math.sqrt((running_var[c] as number) + attrs.eps);
      const slope = params.v?.[c] ?? 0;
      for (let p = 0, at = from; p < pixels; p++, at += channels) {
        const value = source[at] as number;
        const normal = attrs.apply ? value / Math.max(batch, slope * value + instance) : value;
        result[at] = normal * (weight[c] as number) + (bias[c] as number);
      }
    });
    return result;
  },
  onnx: {
    write(context) {
      const { builder, id, attrs, inputs, outputShape, param, values } = context;
      const [x] = inputs as [string];
      if (!attrs.apply) return writeAffine(context, x);
      const { variance } = normal(context, [2, 3]);
      const shape = alongChannel(outputShape);
      const batch = builder.constant(
        `${id} deviation`,
        shape,
        (values('running_var') as Float32Array).map((value) => Math.sqrt(value + attrs.eps)),
      );
      const slope = builder.add('Mul', [x, param('v', shape)]);
      const instance = builder.add('Add', [slope, deviation(context, variance, attrs.eps)]);
      writeAffine(context, builder.add('Div', [x, builder.add('Max', [batch, instance])]));
    },
  },
  pytorch: pytorchForm('EvoNormB0'),
  activates: true,
});

const evonormS0Attrs = v.strictObject({
  groups: count,
  eps: v.optional(epsilon, 1e-5),
  apply: v.optional(v.boolean(), true),
});

/** y = x · sigmoid(v·x) / sqrt(group variance + eps) · weight + bias; the variance is that of x, over pixels and C / groups channels. */
export const evonormS0 = defineOp({
  name: 'evonorm_s0',
  doc: 'EvoNorm-S0: normalisation and non-linearity in one, each picture on its own.',
  attrs: evonormS0Attrs,
  shape: (inputs, a) => checkGroups(featureMap(inputs, 'EvoNorm'), a.apply ? a.groups : 1, 'EvoNorm'),
  params([input], a) {
    const own = { weight: vector(input), bias: vector(input) };
    return a.apply ? { ...own, v: vector(input) } : own;
  },
  macKind: 'none',
  macs: () => 0,
  reference([x], params, { output, attrs }) {
    const channels = channelsOf(output);
    const groups = attrs.apply ? attrs.groups : 1;
    const width = channels / groups;
    const source = x as Float32Array;
    const { weight, bias } = params as Record<'weight' | 'bias', Float32Array>;
    const result = numbers(elements(output));
    eachGroup(output, groups, (from, pixels, group) => {
      const deviation = attrs.apply
        ? Math.sqrt(moments(source, from, pixels, channels, width).variance + attrs.eps)
        : 1;
      for (let p = 0, at = from; p < pixels; p++, at += channels) {
        for (let i = 0; i < width; i++) {
          const c = group * width + i;
          const value = source[at + i] as number;
          const gate = attrs.apply ? 1 / (1 + Math.exp(-(params.v?.[c] as number) * value)) : 1;
          result[at + i] = ((value * gate) / deviation) * (weight[c] as number) + (bias[c] as number);
        }
      }
    });
    return result;
  },
  onnx: {
    write(context) {
      const { builder, attrs, inputs, outputShape, param } = context;
      const [x] = inputs as [string];
      if (!attrs.apply) return writeAffine(context, x);
      const { variance } = grouped(context, attrs.groups);
      const gate = builder.add('Sigmoid', [builder.add('Mul', [x, param('v', alongChannel(outputShape))])]);
      const shape = groupedShape(outputShape, attrs.groups);
      const numerator = builder.reshape(builder.add('Mul', [x, gate]), shape);
      const quotient = builder.add('Div', [numerator, deviation(context, variance, attrs.eps)]);
      writeAffine(context, builder.reshape(quotient, ungrouped(context)));
    },
  },
  pytorch: pytorchForm('EvoNormS0'),
  activates: true,
});
