// The kernel registry: variants of a family in order of preference, the first that accepts a step is taken. A family without one does not compile.
import type { Family, Kernel, StepOf } from '../families/index.ts';
import type { Capabilities, Precision } from '../kernel.ts';
import { int8Kernels } from './int8/index.ts';
import { attentionWorkgroup } from './attention/workgroup.ts';
import { conv2dStrip } from './conv2d/strip.ts';
import { axisMeansWorkgroup, coordinateGateWorkgroup } from './fused/coordinate.ts';
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
import { cells, gram } from './reduce/cells.ts';
import {
  concat,
  constant,
  pad,
  padChannels,
  pixelShuffle,
  prependToken,
  rearrange,
  reshape,
  slice,
  transpose,
  unfold,
} from './move/copies.ts';
import { matmul } from './move/matmul.ts';
import { melLog, spectrum, waveStats } from './reduce/log-mel.ts';
import { evonormB0Workgroup, groupNormWorkgroup, meanWorkgroup } from './reduce/columns-workgroup.ts';
import { evonormB0, groupNorm, layerNorm } from './reduce/norms.ts';
import { layerNormWorkgroup, softmaxWorkgroup } from './reduce/rows-workgroup.ts';
import { performer, performerSums, performerSumsWorkgroup } from './attention/performer.ts';
import { blurPool, mean, pool } from './reduce/pooling.ts';
import { pointwisePool } from './pointwise/pool.ts';
import { conv2dQuad, pointwiseQuad } from './pointwise/quad.ts';
import { conv2dSplitK, pointwiseSplitK } from './pointwise/split-k.ts';
import { conv2dTiled, pointwiseTiled } from './pointwise/tiled.ts';
import { resize } from './move/resize.ts';
import { softmax } from './attention/softmax.ts';

/** Each family's most special variants first, then those that are correct for every shape they accept. */
const byFamily: { readonly [F in Family]: readonly Kernel<F>[] } = {
  pointwise: [pointwiseQuad, pointwisePool, pointwiseSplitK, pointwiseTiled, genericPointwise],
  conv2d: [conv2dQuad, conv2dSplitK, conv2dStrip, conv2dTiled, genericConv2d],
  depthwise: [depthwiseColumns, depthwiseTiled, depthwiseRows, genericDepthwise],
  mixedDepthwise: [mixedDepthwiseRows, genericMixedDepthwise],
  invertedResidual: [invertedResidualTile],
  expandDepthwise: [expandDepthwiseTile],
  depthwisePointwise: [depthwisePointwiseChunked],
  gate: [gateWorkgroup],
  axisMeans: [axisMeansWorkgroup],
  coordinateGate: [coordinateGateWorkgroup],
  attention: [attentionWorkgroup, rowAttention, generalAttention],
  performerSums: [performerSumsWorkgroup, performerSums],
  performer: [performer],
  elementwise: [elementwise],
  layerNorm: [layerNormWorkgroup, layerNorm],
  groupNorm: [groupNormWorkgroup, groupNorm],
  evonormB0: [evonormB0Workgroup, evonormB0],
  pool: [pool, blurPool],
  mean: [meanWorkgroup, mean],
  resize: [resize],
  softmax: [softmaxWorkgroup, softmax],
  concat: [concat],
  slice: [slice],
  transpose: [transpose],
  reshape: [reshape],
  unfold: [unfold],
  prependToken: [prependToken],
  constant: [constant],
  matmul: [matmul],
  pad: [pad],
  rearrange: [rearrange],
  pixelShuffle: [pixelShuffle],
  padChannels: [padChannels],
  cells: [cells],
  gram: [gram],
  waveStats: [waveStats],
  spectrum: [spectrum],
  melLog: [melLog],
  ...int8Kernels,
};

/** All variants, family by family. */
export const kernels: readonly Kernel[] = Object.values(byFamily).flat();

/** The variants of one family, in order of preference. */
export const kernelsOf = <F extends Family>(family: F): readonly Kernel<F>[] => byFamily[family];

/** First kernel that takes the step on this device; undefined when none does. */
export function chooseKernel<F extends Family>(
  step: StepOf<F>,
  caps: Capabilities,
  precision: Precision,
): Kernel<F> | undefined {
  return kernelsOf<F>(step.family).find((kernel) => kernel.accepts(step, caps, precision));
}
