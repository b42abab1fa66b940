// The op registry: one line per op.
import type { Op, PointwiseOp } from '../op.ts';
import { gelu, geluTanh, hsigmoid, hswish, prelu, relu, relu6, sigmoid, swish, tanh } from './activations.ts';
import { adaptiveAvgPool2d } from './adaptive-pool.ts';
import { add, layerScale, mul, scaleConst, sub } from './arithmetic.ts';
import { attention } from './attention.ts';
import { blurPool } from './blur-pool.ts';
import { constant } from './constant.ts';
import { conv2d } from './conv2d.ts';
import { evonormB0, evonormS0 } from './evonorm.ts';
import { affine, clip, elementFunction, leakyRelu } from './functions.ts';
import { gram } from './gram.ts';
import { input } from './input.ts';
import { concat, reshape, transpose } from './layout.ts';
import { linear } from './linear.ts';
import { logMel } from './log-mel.ts';
import { matmul } from './matmul.ts';
import { mean } from './mean.ts';
import { mixedConv2d } from './mixed-conv2d.ts';
import { batchNorm, groupNorm, layerNorm } from './norm.ts';
import { pad } from './pad.ts';
import { padChannels } from './pad-channels.ts';
import { performerAttention } from './performer.ts';
import { pixelShuffle } from './pixel-shuffle.ts';
import { avgPool2d, maxPool2d } from './pool.ts';
import { quantize, requantize } from './quantize.ts';
import { rearrange } from './rearrange.ts';
import { resize } from './resize.ts';
import { select, slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { positionEmbedding, prependToken } from './tokens.ts';
import { unfold } from './unfold.ts';

/** Activations of the notation (`act=hswish`), in the order in which they are offered. */
const activations = [relu, relu6, hswish, hsigmoid, swish, sigmoid, gelu, prelu, tanh] as const;

const all = [
  input,
  conv2d,
  mixedConv2d,
  linear,
  batchNorm,
  layerNorm,
  groupNorm,
  evonormB0,
  evonormS0,
  ...activations,
  geluTanh,
  add,
  mul,
  sub,
  scaleConst,
  affine,
  clip,
  leakyRelu,
  elementFunction,
  quantize,
  requantize,
  layerScale,
  constant,
  matmul,
  mean,
  avgPool2d,
  maxPool2d,
  adaptiveAvgPool2d,
  blurPool,
  resize,
  pixelShuffle,
  padChannels,
  unfold,
  pad,
  rearrange,
  reshape,
  concat,
  slice,
  select,
  transpose,
  softmax,
  attention,
  performerAttention,
  gram,
  logMel,
  prependToken,
  positionEmbedding,
] as const;

type Registered = (typeof all)[number];
export type OpName = Registered['name'];
export type ActivationOpName = (typeof activations)[number]['name'];
/** Ops that are an expression of one element. */
export type PointwiseOpName = Extract<Registered, PointwiseOp>['name'];

export const ops = Object.fromEntries(all.map((op) => [op.name, op])) as Readonly<Record<OpName, Op>>;
export const opNames: readonly OpName[] = all.map(({ name }) => name);
export const activationOpNames: readonly ActivationOpName[] = activations.map(({ name }) => name);

export const isOpName = (name: string): name is OpName => Object.hasOwn(ops, name);
/** The op that plain data names. */
export const opNamed = (name: string): Op | undefined => (isOpName(name) ? ops[name] : undefined);
export const isPointwise = (name: OpName): name is PointwiseOpName => ops[name].pointwise !== undefined;
