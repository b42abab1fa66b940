// The table of training kernels: what each op of a training graph becomes, forward and backward.
import { ops, type OpName } from '../../ops/index.ts';
import { attention } from './attention.ts';
import { attentionGradient } from './attention-gradient.ts';
import * as c from './convolution.ts';
import * as e from './elements.ts';
import * as evonorm from './evonorm.ts';
import type { Lower } from './lowering.ts';
import * as m from './moves.ts';
import * as n from './norms.ts';
import { performer, performerGradient } from './performer.ts';
import * as p from './products.ts';
import * as w from './windows.ts';

const typed = <A>(lower: Lower<A>): Lower => lower as Lower;

/** Ops that are an expression of one element. */
const pointwise = Object.fromEntries(
  (Object.keys(ops) as OpName[]).filter((name) => 'pointwise' in ops[name]).map((name) => [name, e.pointwise(name)]),
);

/** By name of the op or of the derivative's. What is absent cannot be trained through on the GPU. */
export const trainingKernels: Readonly<Record<string, Lower>> = {
  ...pointwise,
  slope: typed(e.slope),
  prelu: e.prelu,
  prelu_input_gradient: e.preluInputGradient,
  add: e.binary('+'),
  sub: e.binary('-'),
  mul: e.binary('*'),
  layer_scale: e.withParameter('element/layer-scale', 'gamma', '*'),
  position_embedding: e.withParameter('element/position', 'pos_embed', '+'),
  constant: e.constant,
  reshape: e.renamed,
  norm_factor: typed(e.normFactor),
  norm_factor_gradient: typed(e.normFactor),
  batch_norm: typed(e.frozenNorm),
  frozen_norm_input_gradient: typed(e.frozenNormInputGradient),
  frozen_norm_weight_gradient: typed(n.frozenNormWeightGradient),
  fake_quant: typed(e.fakeQuant),
  fake_quant_gradient: typed(e.fakeQuantGradient),
  range_update: typed(e.rangeUpdate),
  range_quant: typed(e.rangeQuant),
  range_quant_gradient: e.rangeQuantGradient,
  weight_quant: typed(e.weightQuant),
  concat: typed(m.concat),
  slice: typed(m.slice),
  select: typed(m.select),
  transpose: typed(m.transpose),
  pad: typed(m.pad),
  pad_channels: m.padChannels,
  pixel_shuffle: typed(m.pixelShuffle),
  rearrange: m.rearrange,
  rearrange_gradient: m.rearrangeGradient,
  prepend_token: m.prependToken,
  unfold: typed(m.unfold),
  fold: typed(m.fold),
  along_axis: typed(w.alongAxis),
  avg_pool2d: typed(w.avgPool),
  adaptive_avg_pool2d: typed(w.adaptiveAvgPool),
  blur_pool: typed(w.blurPool),
  resize: typed(w.resize),
  mean: typed(w.mean),
  max_pool2d: typed(w.maxPool),
  max_pool2d_gradient: typed(w.maxPoolGradient),
  set_mean: typed(n.statistic('mean')),
  set_variance: typed(n.statistic('variance')),
  normalize: typed(n.normalize),
  layer_norm: typed(n.selfNormalize(() => ({ over: 'row' }))),
  group_norm: typed(n.selfNormalize(({ groups }) => ({ over: 'group', groups: groups as number }))),
  norm_input_gradient: typed(n.normInputGradient),
  norm_weight_gradient: typed(n.normWeightGradient),
  sum_to: n.sumTo,
  evonorm_s0: typed(evonorm.s0),
  evonorm_b0: typed(evonorm.b0),
  evonorm_s0_gradient: typed(evonorm.s0Gradient),
  evonorm_b0_gradient: typed(evonorm.b0Gradient),
  conv2d: typed(c.forward),
  mixed_conv2d: typed(c.mixedForward),
  conv2d_input_gradient: typed(c.inputGradient),
  conv2d_weight_gradient: typed(c.weightGradient),
  linear: typed(c.linearForward),
  linear_input_gradient: typed(c.linearInputGradient),
  linear_weight_gradient: c.linearWeightGradient,
  matmul: typed(p.matmul),
  gram: p.gram,
  softmax: p.softmax,
  softmax_gradient: p.softmaxGradient,
  attention: typed(attention),
  attention_gradient: typed(attentionGradient),
  performer_attention: typed(performer),
  performer_gradient: typed(performerGradient),
};
