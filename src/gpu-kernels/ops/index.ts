// The op registry: one line per op.
import type { Op } from '../op.ts';
import { gelu, geluTanh, hsigmoid, hswish, prelu, relu, relu6, sigmoid, swish, tanh } from './activations.ts';
import { add, layerScale, mul, scaleConst, sub } from './arithmetic.ts';
import { attention } from './attention.ts';
import { conv2d } from './conv2d.ts';
import { evonormB0, evonormS0 } from './evonorm.ts';
import { input } from './input.ts';
import { concat, reshape, select, slice, transpose } from './layout.ts';
import { linear } from './linear.ts';
import { mean } from './mean.ts';
import { mixedConv2d } from './mixed-conv2d.ts';
import { batchNorm, groupNorm, layerNorm } from './norm.ts';
import { performerAttention } from './performer.ts';
import { avgPool2d, blurPool, maxPool2d } from './pool.ts';
import { resize } from './resize.ts';
import { softmax } from './softmax.ts';
import { positionEmbedding, prependToken } from './tokens.ts';
import { unfold } from './unfold.ts';

/* eslint-disable @typescript-eslint/no-explicit-any -- ops of different attribute types live in one table */
const all: readonly Op<any>[] = [
  input,
  conv2d,
  mixedConv2d,
  linear,
  batchNorm,
  layerNorm,
  groupNorm,
  evonormB0,
  evonormS0,
  relu,
  relu6,
  hswish,
  hsigmoid,
  swish,
  sigmoid,
  gelu,
  geluTanh,
  tanh,
  prelu,
  add,
  mul,
  sub,
  scaleConst,
  layerScale,
  mean,
  avgPool2d,
  maxPool2d,
  blurPool,
  resize,
  unfold,
  reshape,
  concat,
  slice,
  select,
  transpose,
  softmax,
  prependToken,
  positionEmbedding,
  attention,
  performerAttention,
];

export const ops: Readonly<Record<string, Op<any>>> = Object.fromEntries(all.map((op) => [op.name, op]));
