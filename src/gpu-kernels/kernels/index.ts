// The kernel registry: variants of a family in order of preference, the first that accepts a step is taken.
import type { Capabilities, Kernel, Precision } from '../kernel.ts';
import { int8Kernels } from './int8/index.ts';
import type { Step } from '../step.ts';
import { attentionWorkgroup } from './attention/workgroup.ts';
import { conv2dStrip } from './conv2d/strip.ts';
import { depthwisePointwiseChunked } from './fused/depthwise-pointwise.ts';
import { depthwiseRows } from './depthwise/rows.ts';
import { depthwiseColumns } from './depthwise/strip.ts';
import { depthwiseTiled } from './depthwise/tiled.ts';
import { expandDepthwiseTile } from './fused/expand-depthwise.ts';
import { elementwise } from './move/elementwise.ts';
import { gateWorkgroup } from './fused/gate.ts';
import { generalAttention, rowAttention } from './attention/generic.ts';
import { genericDepthwise, genericMixedDepthwise } from './depthwise/generic.ts';
import { genericConv2d, genericPointwise } from './pointwise/generic.ts';
import { invertedResidualTile } from './fused/inverted-residual.ts';
import { mixedDepthwiseRows } from './depthwise/mixed-rows.ts';
import { concat, prependToken, reshape, slice, transpose, unfold } from './move/copies.ts';
import { evonormB0, groupNorm, layerNorm } from './reduce/norms.ts';
import { performer, performerSums } from './attention/performer.ts';
import { blurPool, mean, pool } from './reduce/pooling.ts';
import { pointwisePool } from './pointwise/pool.ts';
import { conv2dQuad, pointwiseQuad } from './pointwise/quad.ts';
import { conv2dSplitK, pointwiseSplitK } from './pointwise/split-k.ts';
import { conv2dTiled, pointwiseTiled } from './pointwise/tiled.ts';
import { resize } from './move/resize.ts';
import { softmax } from './attention/softmax.ts';

export const kernels: readonly Kernel[] = [
  // Fast variants, each family's most special first.
  pointwiseQuad,
  pointwisePool,
  pointwiseSplitK,
  pointwiseTiled,
  conv2dQuad,
  conv2dSplitK,
  conv2dStrip,
  conv2dTiled,
  depthwiseColumns,
  depthwiseTiled,
  depthwiseRows,
  mixedDepthwiseRows,
  invertedResidualTile,
  expandDepthwiseTile,
  depthwisePointwiseChunked,
  gateWorkgroup,
  attentionWorkgroup,
  // Generic variants: correct for every shape they accept.
  genericPointwise,
  genericConv2d,
  genericDepthwise,
  genericMixedDepthwise,
  rowAttention,
  generalAttention,
  performerSums,
  performer,
  elementwise,
  layerNorm,
  groupNorm,
  evonormB0,
  pool,
  blurPool,
  mean,
  resize,
  softmax,
  concat,
  slice,
  transpose,
  reshape,
  unfold,
  prependToken,
  // Quantized nets.
  ...int8Kernels,
];

/** First kernel that takes the step on this device; undefined when none does. */
export function chooseKernel(
  step: Step,
  caps: Capabilities,
  precision: Precision,
  list: readonly Kernel[] = kernels,
): Kernel | undefined {
  return list.find((kernel) => kernel.family === step.family && kernel.accepts(step, caps, precision));
}
