// The kernel families: what steps there are, and what each means. `Step` is their union, so that `step.family` says what `step.attrs` are.
import type { KernelOf } from '../kernel.ts';
import type { Numbers, StepShape } from '../step.ts';
import { attention } from './attention.ts';
import { constant } from './constant.ts';
import { conv2d } from './conv2d.ts';
import { axisMeans, coordinateGate } from './coordinate.ts';
import { cells, gram } from './cells.ts';
import { concat, padChannels, pixelShuffle, prependToken, reshape, slice, transpose, unfold } from './copies.ts';
import { depthwisePointwise } from './depthwise-pointwise.ts';
import { depthwise } from './depthwise.ts';
import { elementwise } from './elementwise.ts';
import { expandDepthwise } from './expand-depthwise.ts';
import type { FamilyOf, StepData } from './family.ts';
import { gate } from './gate.ts';
import { int8Add } from './int8/add.ts';
import { dequantize, quantize } from './int8/border.ts';
import { int8Concat } from './int8/concat.ts';
import { int8Mean } from './int8/mean.ts';
import { int8Mul } from './int8/mul.ts';
import { int8Pool } from './int8/pool.ts';
import { int8Conv2d, int8Depthwise, int8Pointwise } from './int8/product.ts';
import { int8Table } from './int8/table.ts';
import { invertedResidual } from './inverted-residual.ts';
import { melLog, spectrum, waveStats } from './log-mel.ts';
import { matmul } from './matmul.ts';
import { mean } from './mean.ts';
import { mixedDepthwise } from './mixed-depthwise.ts';
import { evonormB0, groupNorm, layerNorm } from './norms.ts';
import { pad } from './pad.ts';
import { performer, performerSums } from './performer.ts';
import { pointwise } from './pointwise.ts';
import { pool } from './pool.ts';
import { rearrange } from './rearrange.ts';
import { resize } from './resize.ts';
import { softmax } from './softmax.ts';

export const floatFamilies = {
  pointwise,
  conv2d,
  depthwise,
  mixedDepthwise,
  invertedResidual,
  expandDepthwise,
  depthwisePointwise,
  gate,
  axisMeans,
  coordinateGate,
  attention,
  performerSums,
  performer,
  elementwise,
  layerNorm,
  groupNorm,
  evonormB0,
  pool,
  mean,
  resize,
  softmax,
  concat,
  slice,
  transpose,
  reshape,
  unfold,
  prependToken,
  constant,
  matmul,
  pad,
  rearrange,
  pixelShuffle,
  padChannels,
  cells,
  gram,
  waveStats,
  spectrum,
  melLog,
} as const;

export const int8Families = {
  int8Pointwise,
  int8Conv2d,
  int8Depthwise,
  int8Add,
  int8Mul,
  int8Mean,
  int8Pool,
  int8Table,
  int8Concat,
  quantize,
  dequantize,
} as const;

type Families = typeof floatFamilies & typeof int8Families;

export type FloatFamily = keyof typeof floatFamilies;
export type Int8Family = keyof typeof int8Families;
export type Family = keyof Families;
export type AttrsOf<F extends Family> = Families[F] extends FamilyOf<infer A> ? A : never;

/** A step of one of the families `F`; `step.family === 'pool'` narrows the union, attributes included. */
export type StepOf<F extends Family> = { [K in F]: StepShape<K, AttrsOf<K>> }[F];
/** The IR between lowering passes and kernels: one step is one dispatch-to-be, described without any WGSL or buffer. */
export type Step = StepOf<Family>;

/** A WGSL variant of one of the families `F`. */
export type Kernel<F extends Family = Family> = KernelOf<F, StepOf<F>>;

const families: { readonly [F in Family]: FamilyOf<AttrsOf<F>> } = { ...floatFamilies, ...int8Families };

/** True for the integer families, whose steps work on bytes; the borders `quantize` and `dequantize` among them. */
export const isInt8 = (family: Family): family is Int8Family => family in int8Families;

/** What a step means: its outputs in their logical layout. */
export const reference = <F extends Family>(step: StepOf<F>, data: StepData): readonly Numbers[] =>
  families[step.family].reference(step, data);
