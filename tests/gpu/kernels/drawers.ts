// The drawers of the float families' steps: a family without one does not compile. Those of the integer families are in tests/gpu/int8/cases.ts.
import { isInt8, type FloatFamily, type Kernel } from '../../../src/gpu-kernels/families/index.ts';
import { kernels } from '../../../src/gpu-kernels/kernels/index.ts';
import * as branches from './draw-branches.ts';
import * as moves from './draw-moves.ts';
import { gate, gated, instanceDepthwise, instanceProduct, normed } from './draw-normed.ts';
import * as others from './draw-others.ts';
import * as products from './draw-products.ts';
import type { Drawer } from './draw-products.ts';

export const floatKernels = kernels.filter((kernel): kernel is Kernel<FloatFamily> => !isInt8(kernel.family));

/** Several drawers where no kernel takes all kinds of steps of a family. */
export const drawers: { readonly [F in FloatFamily]: readonly Drawer<F>[] } = {
  pointwise: [products.pointwise, products.pooled, normed, gated, instanceProduct],
  conv2d: [products.conv2d],
  depthwise: [products.depthwise, instanceDepthwise],
  mixedDepthwise: [products.mixedDepthwise],
  invertedResidual: [products.invertedResidual],
  expandDepthwise: [products.expandDepthwise],
  depthwisePointwise: [products.depthwisePointwise],
  gate: [gate],
  axisMeans: [others.axisMeans],
  coordinateGate: [others.coordinateGate],
  attention: [products.attention],
  performerSums: [others.performerSums],
  performer: [others.performer],
  elementwise: [others.elementwise],
  layerNorm: [others.layerNorm],
  groupNorm: [others.groupNorm],
  evonormB0: [others.evonormB0],
  pool: [others.pool, others.blur],
  mean: [others.mean],
  resize: [others.resize],
  softmax: [others.softmax],
  concat: [moves.concat],
  slice: [moves.slice],
  transpose: [moves.transpose],
  reshape: [moves.reshape],
  unfold: [moves.unfold],
  prependToken: [moves.prependToken],
  constant: [moves.constant],
  matmul: [moves.matmul],
  pad: [moves.pad],
  rearrange: [moves.rearrange],
  pixelShuffle: [branches.pixelShuffle],
  padChannels: [branches.padChannels],
  cells: [branches.cells],
  gram: [branches.gram],
  waveStats: [branches.waveStats],
  spectrum: [branches.spectrum],
  melLog: [branches.melLog],
};
