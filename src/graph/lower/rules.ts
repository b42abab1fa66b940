// One rule an op: how a node of the graph is said as a step of a kernel family.
import type { Step } from '../../gpu-kernels/families/index.ts';
import type { Rider, Value, WeightExpr } from '../../gpu-kernels/step.ts';
import type { Window } from '../../gpu-kernels/families/window.ts';
import type { Shape } from '../../gpu-kernels/op.ts';
import { biasTable, headLayouts, type AttentionAttrs } from '../../gpu-kernels/ops/attention-layout.ts';
import { conv2dWindow, type Conv2dAttrs } from '../../gpu-kernels/ops/convolution.ts';
import type { CellsAttrs } from '../../gpu-kernels/families/cells.ts';
import type { GroupNormAttrs, LayerNormAttrs } from '../../gpu-kernels/families/norms.ts';
import type { ResizeAttrs } from '../../gpu-kernels/families/resize.ts';
import { mixedParts, type MixedConv2dAttrs } from '../../gpu-kernels/ops/mixed-conv2d.ts';
import { isPointwise, type OpName, type PointwiseOpName } from '../../gpu-kernels/ops/index.ts';
import type { MatmulAttrs } from '../../gpu-kernels/ops/matmul.ts';
import type { PadAttrs } from '../../gpu-kernels/ops/pad.ts';
import { blurPadding, type BlurPoolAttrs } from '../../gpu-kernels/ops/blur-pool.ts';
import { poolWindow, type AvgPool2dAttrs, type MaxPool2dAttrs } from '../../gpu-kernels/ops/pool.ts';
import type { GraphNode, InferredGraph } from '../ir/graph.ts';
import { LoweringError } from './lowering-error.ts';
import { channels } from './steps.ts';
import { logMel } from './log-mel-rule.ts';
import { performer } from './performer-rule.ts';
import { requantized } from './requantize-rule.ts';
import { step, type LoweringRule } from './rule.ts';
import * as w from './weight-exprs.ts';

/** Steps of one node; the last one makes the node's value. */
export function lowerNode(graph: InferredGraph, node: GraphNode, inputs: readonly Value[]): Step[] {
  const facts = graph.facts.get(node.id);
  if (!facts) throw new LoweringError(`node "${node.id}" has no shape`, node.id);
  const find = (role: string) => facts.params.find((param) => param.role === role);
  const rule: LoweringRule = {
    graph,
    node,
    inputs,
    output: { id: node.id, shape: facts.shape },
    has: (role) => find(role) !== undefined,
    param(role) {
      const spec = find(role);
      if (!spec) throw new LoweringError(`node "${node.id}": ${node.op} has no parameter "${role}"`, node.id);
      return { kind: 'param', name: spec.name, shape: spec.shape };
    },
  };
  if (isPointwise(node.op)) return [elementwise(rule, [{ kind: 'unary', op: node.op, attrs: node.attrs }])];
  return rules[node.op](rule);
}

const elementwise = (
  rule: LoweringRule,
  epilogue: readonly Rider[],
  weights: Readonly<Record<string, WeightExpr>> = {},
): Step => step(rule, 'elementwise', {}, weights, { epilogue });

const binary =
  (op: 'add' | 'mul' | 'sub') =>
  (rule: LoweringRule): Step[] => [elementwise(rule, [{ kind: 'binary', op, input: 1 }])];

const affine = (rule: LoweringRule, scale: WeightExpr, shift: WeightExpr): Step[] => [
  elementwise(
    rule,
    [
      { kind: 'channel', op: 'mul', weight: 'scale' },
      { kind: 'channel', op: 'add', weight: 'shift' },
    ],
    { scale, shift },
  ),
];

const window = (
  kernel: readonly [number, number],
  stride: readonly [number, number],
  pads: readonly [number, number],
  dilation: readonly [number, number] = [1, 1],
): Window => ({ kernel, stride, dilation, pads });

function convolution(rule: LoweringRule, attrs: Conv2dAttrs, input: Value, weight: WeightExpr): Step {
  const { top, left } = conv2dWindow(input.shape, attrs);
  const inChannels = channels(input.shape);
  const bias = rule.has('bias') ? rule.param('bias') : w.zeros([attrs.out]);
  const weights = { weight, bias };
  const sliding = window(attrs.kernel, attrs.stride, [top, left], attrs.dilation);
  const change = { inputs: [input] };
  if (attrs.groups > 1 && attrs.groups === inChannels && attrs.out === inChannels)
    return step(rule, 'depthwise', { ...sliding, repeat: 1 }, weights, change);
  const single =
    attrs.kernel[0] === 1 &&
    attrs.kernel[1] === 1 &&
    top === 0 &&
    left === 0 &&
    attrs.padding !== undefined &&
    noPadding(attrs);
  if (single) {
    const flat = w.reshape(weight, [attrs.out, inChannels / attrs.groups]);
    return step(rule, 'pointwise', { groups: attrs.groups, stride: attrs.stride }, { weight: flat, bias }, change);
  }
  return step(rule, 'conv2d', { ...sliding, groups: attrs.groups }, weights, change);
}

const noPadding = ({ padding }: Conv2dAttrs): boolean =>
  padding === 'same' || padding === 0 || (Array.isArray(padding) && padding.every((side) => side === 0));

function mixed(rule: LoweringRule): Step[] {
  const attrs = rule.node.attrs as MixedConv2dAttrs;
  const input = rule.inputs[0] as Value;
  const parts = mixedParts(attrs);
  const weights = parts.map((_, i) => rule.param(`${i}.weight`));
  const partShape = (i: number): Shape => [...input.shape.slice(0, 3), attrs.inSplits[i] as number];
  if (attrs.depthwise && parts.every((part) => part.attrs.out === part.channelsIn)) {
    const windows = parts.map(({ attrs: own }, i) => {
      const { top, left } = conv2dWindow(partShape(i), own);
      return window(own.kernel, own.stride, [top, left], own.dilation);
    });
    const named = Object.fromEntries(weights.map((weight, i) => [`weight${i}`, weight]));
    return [
      step(
        rule,
        'mixedDepthwise',
        { splits: attrs.inSplits, windows },
        { ...named, bias: w.zeros([channels(rule.output.shape)]) },
      ),
    ];
  }
  const alike = (list: readonly number[]): boolean => list.every((n) => n === list[0]);
  if (!attrs.depthwise && alike(attrs.kernels) && alike(attrs.inSplits) && alike(attrs.outSplits)) {
    const grouped: Conv2dAttrs = {
      ...(parts[0] as (typeof parts)[number]).attrs,
      out: channels(rule.output.shape),
      groups: parts.length,
    };
    return [convolution(rule, grouped, input, w.concat(weights, 0))];
  }
  // Unequal parts: each on its own slice of the channels, then joined.
  const made: Step[] = [];
  const joined = parts.map((part, i): Value => {
    const own: Value = { id: `${rule.node.id}#in${i}`, shape: partShape(i) };
    made.push(step(rule, 'slice', { axis: 3, start: part.firstIn, step: 1 }, {}, { outputs: [own] }));
    const out: Value = { id: `${rule.node.id}#out${i}`, shape: [...rule.output.shape.slice(0, 3), part.attrs.out] };
    made.push({ ...convolution(rule, part.attrs, own, weights[i] as WeightExpr), outputs: [out] });
    return out;
  });
  return [...made, step(rule, 'concat', { axis: 3 }, {}, { inputs: joined })];
}

function attention(rule: LoweringRule): Step[] {
  const a = rule.node.attrs as AttentionAttrs;
  const { q, k, v } = headLayouts(a);
  const [first] = rule.inputs as [Value];
  const weights: Record<string, WeightExpr> = {};
  const tokens = (value: Value): number => value.shape.slice(1, -1).reduce((x, y) => x * y, 1);
  const inputs = a.packed ? [first, first, first] : rule.inputs;
  if (a.bias) {
    const shape = [a.heads, tokens(inputs[0] as Value), tokens(inputs[1] as Value)];
    weights.bias = w.reshape(w.gather(rule.param('attention_biases'), 1, biasTable(a.bias).index), shape);
  }
  if (a.talkingHeads) {
    weights.mix1 = w.reshape(rule.param('talking_head1.weight'), [a.heads, a.heads]);
    weights.mix1Bias = rule.param('talking_head1.bias');
    weights.mix2 = w.reshape(rule.param('talking_head2.weight'), [a.heads, a.heads]);
    weights.mix2Bias = rule.param('talking_head2.bias');
  }
  const { heads, kvHeads, keyDim, valueDim, scale, talkingHeads } = a;
  return [
    step(rule, 'attention', { heads, kvHeads, keyDim, valueDim, scale, layout: [q, k, v], talkingHeads }, weights, {
      inputs,
    }),
  ];
}

function pooling(rule: LoweringRule, mode: 'avg' | 'max', countPad: boolean): Step[] {
  const a = rule.node.attrs as MaxPool2dAttrs;
  const [rows, columns] = poolWindow((rule.inputs[0] as Value).shape, a);
  const sliding = window(a.kernel, a.stride, [rows.begin, columns.begin]);
  return [step(rule, 'pool', { ...sliding, mode, countPad, ends: [rows.end, columns.end] })];
}

const rules: Readonly<Record<Exclude<OpName, PointwiseOpName>, (rule: LoweringRule) => Step[]>> = {
  input: () => [],
  conv2d: (rule) => [convolution(rule, rule.node.attrs as Conv2dAttrs, rule.inputs[0] as Value, rule.param('weight'))],
  mixed_conv2d: mixed,
  linear(rule) {
    const weight = rule.param('weight');
    return [
      step(
        rule,
        'pointwise',
        { groups: 1, stride: [1, 1] },
        { weight, bias: rule.has('bias') ? rule.param('bias') : w.zeros([weight.shape[0] as number]) },
      ),
    ];
  },
  batch_norm(rule) {
    const { eps } = rule.node.attrs as { eps: number };
    const scale = w.normScale(rule.param('weight'), rule.param('running_var'), eps);
    return affine(rule, scale, w.sub(rule.param('bias'), w.mul(rule.param('running_mean'), scale)));
  },
  layer_scale: (rule) => [
    elementwise(rule, [{ kind: 'channel', op: 'mul', weight: 'scale' }], { scale: rule.param('gamma') }),
  ],
  prelu: (rule) => [
    elementwise(rule, [{ kind: 'channel', op: 'prelu', weight: 'slope' }], { slope: rule.param('weight') }),
  ],
  requantize: requantized,
  position_embedding: (rule) => [
    elementwise(rule, [{ kind: 'table', weight: 'table' }], { table: rule.param('pos_embed') }),
  ],
  add: binary('add'),
  mul: binary('mul'),
  sub: binary('sub'),
  layer_norm: (rule) => [
    step(rule, 'layerNorm', rule.node.attrs as LayerNormAttrs, {
      gamma: rule.param('weight'),
      beta: rule.param('bias'),
    }),
  ],
  group_norm: (rule) => [
    step(rule, 'groupNorm', rule.node.attrs as GroupNormAttrs, {
      gamma: rule.param('weight'),
      beta: rule.param('bias'),
    }),
  ],
  evonorm_s0(rule) {
    const { apply, groups, eps } = rule.node.attrs as { apply: boolean; groups: number; eps: number };
    const weights = { gamma: rule.param('weight'), beta: rule.param('bias') };
    return apply
      ? [step(rule, 'groupNorm', { groups, eps }, { ...weights, v: rule.param('v') })]
      : affine(rule, weights.gamma, weights.beta);
  },
  evonorm_b0(rule) {
    const { apply, eps } = rule.node.attrs as { apply: boolean; eps: number };
    const weights = { gamma: rule.param('weight'), beta: rule.param('bias') };
    if (!apply) return affine(rule, weights.gamma, weights.beta);
    return [
      step(
        rule,
        'evonormB0',
        { eps },
        { ...weights, v: rule.param('v'), deviation: w.sqrt(rule.param('running_var'), eps) },
      ),
    ];
  },
  mean(rule) {
    const { axes } = rule.node.attrs as { axes: readonly number[] };
    const rank = (rule.inputs[0] as Value).shape.length;
    return [step(rule, 'mean', { axes: [...axes].sort((a, b) => a - b).filter((axis) => axis < rank - 1) })];
  },
  avg_pool2d: (rule) => pooling(rule, 'avg', (rule.node.attrs as AvgPool2dAttrs).countIncludePad),
  max_pool2d: (rule) => pooling(rule, 'max', false),
  blur_pool(rule) {
    const a = rule.node.attrs as BlurPoolAttrs;
    const pad = blurPadding(a);
    const [, height, width] = (rule.inputs[0] as Value).shape as [number, number, number];
    return [
      step(rule, 'pool', {
        ...window([a.size, a.size], [a.stride, a.stride], [pad, pad]),
        mode: 'blur',
        border: a.border,
        countPad: true,
        ends: [height + pad, width + pad],
      }),
    ];
  },
  resize(rule) {
    const { mode, alignCorners } = rule.node.attrs as ResizeAttrs;
    return [step(rule, 'resize', { mode, alignCorners })];
  },
  unfold(rule) {
    const a = rule.node.attrs as Pick<Conv2dAttrs, 'kernel' | 'stride' | 'padding'>;
    const place = conv2dWindow((rule.inputs[0] as Value).shape, { ...a, dilation: [1, 1] });
    return [step(rule, 'unfold', { ...window(a.kernel, a.stride, [place.top, place.left]), columns: place.width })];
  },
  adaptive_avg_pool2d: (rule) => [step(rule, 'cells', { size: (rule.node.attrs as CellsAttrs).size })],
  pixel_shuffle: (rule) => [step(rule, 'pixelShuffle', rule.node.attrs as { factor: number })],
  pad_channels: (rule) => [step(rule, 'padChannels', {})],
  gram: (rule) => [step(rule, 'gram', {})],
  log_mel: logMel,
  concat: (rule) => [step(rule, 'concat', rule.node.attrs as { axis: number })],
  slice(rule) {
    const { axis, start, step: every } = rule.node.attrs as { axis: number; start: number; step: number };
    return [step(rule, 'slice', { axis, start, step: every })];
  },
  select(rule) {
    const { axis, index } = rule.node.attrs as { axis: number; index: number };
    const shape = (rule.inputs[0] as Value).shape.map((size, i) => (i === axis ? 1 : size));
    return [step(rule, 'slice', { axis, start: index, step: 1 }, {}, { outputs: [{ ...rule.output, shape }] })];
  },
  transpose: (rule) => [step(rule, 'transpose', { order: (rule.node.attrs as { perm: readonly number[] }).perm })],
  reshape: (rule) => [step(rule, 'reshape', {})],
  softmax: (rule) => [step(rule, 'softmax', {})],
  constant: (rule) => [step(rule, 'constant', {}, { value: rule.param('value') })],
  matmul: (rule) => [step(rule, 'matmul', rule.node.attrs as MatmulAttrs)],
  rearrange: (rule) => [step(rule, 'rearrange', {}, { index: rule.param('index') })],
  pad: (rule) => [step(rule, 'pad', rule.node.attrs as PadAttrs)],
  prepend_token: (rule) => [step(rule, 'prependToken', {}, { token: rule.param('cls_token') })],
  attention,
  performer_attention: performer,
};
