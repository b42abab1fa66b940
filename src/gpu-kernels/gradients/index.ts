// The table of derivatives: one line an op, so that an op without one does not compile; and the ops that only training graphs hold.
import { ops, type OpName } from '../ops/index.ts';
import { attentionDerivative } from './attention.ts';
import { conv2dDerivative, linearDerivative, mixedConv2dDerivative } from './convolution.ts';
import * as e from './elementwise.ts';
import { evonormB0Derivative, evonormS0Derivative } from './evonorm.ts';
import { fakeQuantDerivative, rangeQuantDerivative, weightQuantDerivative } from './fake-quant.ts';
import type { Derivative } from './gradient.ts';
import * as m from './moves.ts';
import {
  batchNormDerivative,
  groupNormDerivative,
  layerNormDerivative,
  normFactorDerivative,
  normalizeDerivative,
} from './norm.ts';
import { performerDerivative } from './performer.ts';
import { gramDerivative, matmulDerivative, softmaxDerivative } from './products.ts';
import * as w from './windows.ts';

/** Nothing before it is trained: where a picture or a wave enters. */
const source: Derivative = () => ({ inputs: [] });

const ofOps: Readonly<Record<OpName, Derivative>> = {
  input: source,
  log_mel: source,
  conv2d: conv2dDerivative,
  mixed_conv2d: mixedConv2dDerivative,
  linear: linearDerivative,
  batch_norm: batchNormDerivative,
  layer_norm: layerNormDerivative,
  group_norm: groupNormDerivative,
  evonorm_b0: evonormB0Derivative,
  evonorm_s0: evonormS0Derivative,
  relu: e.slopeDerivative(ops.relu),
  relu6: e.slopeDerivative(ops.relu6),
  hswish: e.slopeDerivative(ops.hswish),
  hsigmoid: e.slopeDerivative(ops.hsigmoid),
  swish: e.slopeDerivative(ops.swish),
  sigmoid: e.slopeDerivative(ops.sigmoid),
  gelu: e.slopeDerivative(ops.gelu),
  gelu_tanh: e.slopeDerivative(ops.gelu_tanh),
  tanh: e.slopeDerivative(ops.tanh),
  clip: e.slopeDerivative(ops.clip),
  leaky_relu: e.slopeDerivative(ops.leaky_relu),
  function: e.slopeDerivative(ops.function),
  quantize: e.slopeDerivative(ops.quantize),
  requantize: e.slopeDerivative(ops.requantize),
  prelu: e.preluDerivative,
  add: e.addDerivative,
  mul: e.mulDerivative,
  sub: e.subDerivative,
  scale_const: e.scaleConstDerivative,
  affine: e.affineDerivative,
  layer_scale: e.layerScaleDerivative,
  constant: m.constantDerivative,
  matmul: matmulDerivative,
  mean: w.meanDerivative,
  avg_pool2d: w.avgPoolDerivative,
  max_pool2d: w.maxPoolDerivative,
  adaptive_avg_pool2d: w.adaptiveAvgPoolDerivative,
  blur_pool: w.blurPoolDerivative,
  resize: w.resizeDerivative,
  pixel_shuffle: m.pixelShuffleDerivative,
  pad_channels: m.padChannelsDerivative,
  unfold: w.unfoldDerivative,
  pad: m.padDerivative,
  rearrange: m.rearrangeDerivative,
  reshape: m.reshapeDerivative,
  concat: m.concatDerivative,
  slice: m.sliceDerivative,
  select: m.selectDerivative,
  transpose: m.transposeDerivative,
  softmax: softmaxDerivative,
  attention: attentionDerivative,
  performer_attention: performerDerivative,
  gram: gramDerivative,
  prepend_token: m.prependTokenDerivative,
  position_embedding: m.positionEmbeddingDerivative,
};

/** Derivatives by name of the op, those of a training graph's own forward ops too. */
export const derivatives: Readonly<Record<string, Derivative>> = {
  ...ofOps,
  normalize: normalizeDerivative,
  norm_factor: normFactorDerivative,
  fake_quant: fakeQuantDerivative,
  range_quant: rangeQuantDerivative,
  weight_quant: weightQuantDerivative,
};
