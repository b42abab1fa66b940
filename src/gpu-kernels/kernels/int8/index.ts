// The integer kernels in order of preference: the first of a family that accepts a step is taken.
import type { Capabilities, Kernel } from '../../kernel.ts';
import { depthwiseStrip } from './depthwise.ts';
import { conv2dQuad, pointwiseQuad } from './product-quad.ts';
import { conv2dTiledDot, conv2dTiledPlain, pointwiseTiledDot, pointwiseTiledPlain } from './product-tiled.ts';
import { add, concat, dequantize, mean, mul, pool, quantize, table } from './simple.ts';

/** Not on software adapters: they would take each word apart for each product anew. */
const onHardware = (kernel: Kernel): Kernel => ({
  ...kernel,
  accepts: (step, caps: Capabilities, precision) => !caps.software && kernel.accepts(step, caps, precision),
});

/** Float riders are not for integer kernels: a pass that tries to fuse one is told so here. */
const withoutRiders = (kernel: Kernel): Kernel => ({
  ...kernel,
  accepts: (step, caps, precision) =>
    step.epilogue.length === 0 && step.prologue.length === 0 && kernel.accepts(step, caps, precision),
});

const list: readonly Kernel[] = [
  pointwiseQuad,
  conv2dQuad,
  onHardware(pointwiseTiledDot),
  onHardware(conv2dTiledDot),
  pointwiseTiledPlain,
  conv2dTiledPlain,
  depthwiseStrip,
  add,
  mul,
  mean,
  pool,
  table,
  concat,
  quantize,
  dequantize,
];

export const int8Kernels: readonly Kernel[] = list.map(withoutRiders);
