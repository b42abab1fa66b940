// The pieces that blocks share: their common arguments, convolution + norm + activation, anti-aliased stride, layer scale and the skip.
import { ShapeError } from '../../gpu-kernels/op.ts';
import { activationNames, type ActivationName } from '../architecture.ts';
import type { Argument, Arguments, BlockContext } from './block.ts';
import type { GraphBuilder } from '../ir/builder.ts';

/** Arguments that several blocks take, each described once. */
export const common = {
  kernel: { key: 'k', label: 'kernel', kind: 'int', default: 3, min: 1, max: 31, doc: 'Kernel size in pixels.' },
  kernels: {
    key: 'k',
    label: 'kernel',
    kind: 'ints',
    default: 3,
    min: 1,
    max: 31,
    doc: 'Depthwise kernel size; several (`k3.5.7`) split the channels between them (MixConv).',
  },
  dilation: {
    key: 'd',
    label: 'dilation',
    kind: 'int',
    min: 1,
    max: 64,
    doc: 'Distance between the taps of the k×k kernel, in pixels; in every repeat; default 1.',
  },
  mid: {
    key: 'mid',
    label: 'name of the expansion',
    kind: 'word',
    doc: 'Names the expanded map (after its activation) of the first repeat.',
  },
  stride: {
    key: 's',
    label: 'stride',
    kind: 'int',
    default: 1,
    min: 1,
    max: 4,
    doc: 'Stride of the first repeat; later repeats have stride 1.',
  },
  channels: {
    key: 'c',
    label: 'output channels',
    kind: 'int',
    required: true,
    scales: true,
    min: 1,
    max: 8192,
    doc: 'Output channels before the width multiplier.',
  },
  expansion: {
    key: 'e',
    label: 'expansion ratio',
    kind: 'number',
    default: 1,
    min: 0.1,
    max: 32,
    doc: 'Hidden channels as a multiple of the input channels.',
  },
  groups: { key: 'g', label: 'groups', kind: 'int', default: 1, min: 1, max: 8192, doc: 'Groups of the convolution.' },
  act: {
    key: 'act',
    label: 'activation',
    kind: 'word',
    words: activationNames,
    doc: 'Activation of this line instead of the header’s.',
  },
  noskip: { key: 'noskip', label: 'no skip', kind: 'flag', doc: 'No residual even where shapes agree.' },
  antialias: {
    key: 'aa',
    label: 'anti-aliasing',
    kind: 'word',
    words: ['avg', 'blur'],
    doc: 'Convolve at stride 1, then reduce by average pooling or a 3×3 blur.',
  },
  layerScale: {
    key: 'ls',
    label: 'layer scale',
    kind: 'flag',
    doc: 'A learned factor per channel on the branch (CaiT, arXiv 2103.17239 §2).',
  },
} as const satisfies Record<string, Argument>;

/** An argument read as a number; `fallback` when the line does not say it. */
export const numberOf = (args: Arguments, key: string, fallback = 0): number => {
  const value = args[key];
  if (typeof value === 'number') return value;
  return Array.isArray(value) ? ((value as readonly number[])[0] ?? fallback) : fallback;
};

/** An argument read as a list of numbers (`k3.5.7`); a single number is a list of one. */
export const numbersOf = (args: Arguments, key: string, fallback: readonly number[]): readonly number[] => {
  const value = args[key];
  if (typeof value === 'number') return [value];
  return Array.isArray(value) ? (value as readonly number[]) : fallback;
};

export const strideOf = (args: Arguments): number => numberOf(args, 's', 1);

/** Activation of a line: its own, else the header's. */
export const activationOf = (args: Arguments, context: BlockContext): ActivationName =>
  (args.act as ActivationName | undefined) ?? context.header.act;

/** Adds an activation node, or nothing for `none`. */
export function activation(builder: GraphBuilder, id: string, act: ActivationName): void {
  if (act !== 'none') builder.add(id, act);
}

/** EvoNorm-S0's groups: the largest divisor of `channels` that is at most 32 (TensorFlow's rule; timm needs channels % groups = 0). */
function evonormGroups(channels: number): number {
  let groups = Math.min(32, channels);
  while (channels % groups !== 0) groups--;
  return groups;
}

/**
 * Norm `id`, then activation `id.act`. EvoNorms are norm and activation in one, so they replace both, and are
 * affine only where there was no activation (arXiv 2004.02967 §4).
 */
export function normAct(builder: GraphBuilder, context: BlockContext, id: string, act: ActivationName): void {
  const { norm, eps } = context.header;
  const withEps = eps === undefined ? {} : { eps };
  switch (norm) {
    case 'evonormb0':
      builder.add(id, 'evonorm_b0', { ...withEps, apply: act !== 'none' });
      return;
    case 'evonorms0':
      builder.add(id, 'evonorm_s0', { ...withEps, groups: evonormGroups(builder.channels()), apply: act !== 'none' });
      return;
    case 'bn':
      builder.add(id, 'batch_norm', withEps);
      break;
    case 'gn':
      builder.add(id, 'group_norm', { ...withEps, groups: evonormGroups(builder.channels()) });
      break;
    case 'ln':
      builder.add(id, 'layer_norm', withEps);
      break;
    case 'none':
      break;
  }
  activation(builder, `${id}.act`, act);
}

export interface ConvOptions {
  /** Module path of the convolution, and of the norm after it (undefined: no norm). */
  readonly conv: string;
  readonly norm?: string;
  readonly out: number;
  /** One size, or several: MixConv, one size per channel group. */
  readonly kernel: number | readonly number[];
  readonly stride?: number;
  /** Distance between the taps of the kernel; 1 = a plain convolution. */
  readonly dilation?: number;
  /** `depthwise` = one group per channel. */
  readonly groups?: number | 'depthwise';
  readonly bias?: boolean;
  readonly act?: ActivationName;
  /** Anti-aliased stride: what reduces the map, and its module path. */
  readonly aa?: { readonly id: string; readonly kind: string | undefined };
}

/** Symmetric padding of timm and PyTorch nets: ⌊((s − 1) + d·(k − 1)) / 2⌋ on both sides, k//2 for odd kernels at stride 1 and 2. */
export const symmetricPadding = (kernel: number, stride: number, dilation = 1): number =>
  Math.floor((stride - 1 + dilation * (kernel - 1)) / 2);

/** Even split of channels over groups, the remainder to the first (MixNet's reference code, timm). */
function splitChannels(channels: number, groups: number): number[] {
  const share = Math.floor(channels / groups);
  return Array.from({ length: groups }, (_, i) => (i === 0 ? channels - share * (groups - 1) : share));
}

/** Convolution → norm → activation → anti-aliased stride, each present only when asked for. */
export function convNormAct(builder: GraphBuilder, context: BlockContext, options: ConvOptions): void {
  const kernels = typeof options.kernel === 'number' ? [options.kernel] : options.kernel;
  const reduce = options.stride ?? 1;
  const antialias = options.aa?.kind !== undefined && reduce > 1;
  const stride = antialias ? 1 : reduce;
  const dilation = options.dilation ?? 1;
  const channels = builder.channels();
  const same = context.header.padding === 'same';
  const bias = options.bias ? { bias: true } : {};
  if (kernels.length > 1) {
    if (dilation > 1)
      throw new ShapeError('mixed kernels have no dilation', 'use one kernel size, such as k3, or remove the dilation');
    builder.add(options.conv, 'mixed_conv2d', {
      kernels: [...kernels],
      inSplits: splitChannels(channels, kernels.length),
      outSplits: splitChannels(options.out, kernels.length),
      stride,
      padding: context.header.padding,
      depthwise: options.groups === 'depthwise',
    });
  } else {
    const kernel = kernels[0] ?? 1;
    builder.add(options.conv, 'conv2d', {
      out: options.out,
      kernel: [kernel, kernel],
      stride: [stride, stride],
      padding: same ? 'same' : symmetricPadding(kernel, stride, dilation),
      ...(dilation > 1 && { dilation: [dilation, dilation] }),
      groups: options.groups === 'depthwise' ? channels : (options.groups ?? 1),
      ...bias,
    });
  }
  const act = options.act ?? 'none';
  if (options.norm !== undefined) normAct(builder, context, options.norm, act);
  else activation(builder, `${options.conv}.act`, act);
  if (antialias && options.aa) {
    if (options.aa.kind === 'blur')
      builder.add(options.aa.id, 'blur_pool', { size: 3, stride: reduce, border: 'zeros' });
    else builder.add(options.aa.id, 'avg_pool2d', { kernel: [reduce, reduce], stride: [reduce, reduce] });
  }
}

/** Layer scale when the line asks for it (`ls`). */
export function layerScale(builder: GraphBuilder, id: string, args: Arguments): void {
  if (args.ls) builder.add(id, 'layer_scale');
}

/** Adds the skip from node `from` when shapes agree, the stride is 1 and the line does not say `noskip`. */
export function residual(builder: GraphBuilder, id: string, from: string, args: Arguments): void {
  const a = builder.shape(from);
  const b = builder.shape();
  const agree = a.length === b.length && a.every((size, axis) => size === b[axis]);
  if (agree && strideOf(args) === 1 && !args.noskip) builder.add(id, 'add', {}, [builder.current, from]);
}
