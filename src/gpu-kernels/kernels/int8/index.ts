// The integer kernels in order of preference: the first of a family that accepts a step is taken.
import type { Int8Family, Kernel } from '../../families/index.ts';
import { depthwiseStrip } from './depthwise.ts';
import { conv2dQuad, pointwiseQuad } from './product-quad.ts';
import { conv2dTiledDot, conv2dTiledPlain, pointwiseTiledDot, pointwiseTiledPlain } from './product-tiled.ts';
import { add, concat, dequantize, mean, mul, pool, quantize, table } from './simple.ts';

/** Not on software adapters: they would take each word apart for each product anew. */
const onHardware = <F extends Int8Family>(kernel: Kernel<F>): Kernel<F> => ({
  ...kernel,
  accepts: (step, caps, precision) => !caps.software && kernel.accepts(step, caps, precision),
});

/** Float riders are not for integer kernels: a pass that tries to fuse one is told so here. */
const withoutRiders = <F extends Int8Family>(...list: readonly Kernel<F>[]): readonly Kernel<F>[] =>
  list.map((kernel) => ({
    ...kernel,
    accepts: (step, caps, precision) =>
      step.epilogue.length === 0 && step.prologue.length === 0 && kernel.accepts(step, caps, precision),
  }));

export const int8Kernels: { readonly [F in Int8Family]: readonly Kernel<F>[] } = {
  int8Pointwise: withoutRiders(pointwiseQuad, onHardware(pointwiseTiledDot), pointwiseTiledPlain),
  int8Conv2d: withoutRiders(conv2dQuad, onHardware(conv2dTiledDot), conv2dTiledPlain),
  int8Depthwise: withoutRiders(depthwiseStrip),
  int8Add: withoutRiders(add),
  int8Mul: withoutRiders(mul),
  int8Mean: withoutRiders(mean),
  int8Pool: withoutRiders(pool),
  int8Table: withoutRiders(table),
  int8Concat: withoutRiders(concat),
  quantize: withoutRiders(quantize),
  dequantize: withoutRiders(dequantize),
};
