// The pieces that transformer blocks share: layer norm, the two-layer MLP on tokens, and the grid that tokens came from.
import { ShapeError } from '../../gpu-kernels/op.ts';
import type { ActivationName } from '../architecture.ts';
import type { Argument, BlockContext } from './block.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import { activation } from './parts.ts';

/** PyTorch's default epsilon, which EfficientFormer and T2T-ViT use; the header's `eps` replaces it. */
const LAYER_NORM_EPS = 1e-5;

export const heads: Argument = {
  key: 'h',
  label: 'heads',
  kind: 'int',
  default: 8,
  min: 1,
  max: 64,
  doc: 'Attention heads.',
};
export const keyDimension: Argument = {
  key: 'd',
  label: 'key dimension',
  kind: 'int',
  default: 32,
  min: 1,
  max: 512,
  doc: 'Channels of a query and a key, per head.',
};
export const valueRatio: Argument = {
  key: 'r',
  label: 'value ratio',
  kind: 'number',
  default: 4,
  min: 0.1,
  max: 16,
  doc: 'Channels of a value, per head, as a multiple of the key’s.',
};
export const mlpRatio: Argument = {
  key: 'e',
  label: 'MLP ratio',
  kind: 'number',
  default: 4,
  min: 0.1,
  max: 32,
  doc: 'Hidden channels of the MLP as a multiple of the block’s.',
};
export const classes: Argument = {
  key: 'c',
  label: 'classes',
  kind: 'int',
  required: true,
  min: 1,
  max: 65536,
  doc: 'Outputs; never scaled by `width`.',
};

/** Throws ShapeError unless the current value is tokens `[N, T, C]`; `word` begins the sentence. */
export function expectTokens(builder: GraphBuilder, word: string, fix: string): void {
  if (builder.shape().length !== 3)
    throw new ShapeError(`\`${word}\` reads tokens, not a feature map or a vector`, fix);
}

/** Throws ShapeError unless the current value is a feature map `[N, H, W, C]`. */
export function expectMap(builder: GraphBuilder, word: string, fix = 'move it above the line that makes tokens'): void {
  if (builder.shape().length !== 4)
    throw new ShapeError(`\`${word}\` reads a feature map, not tokens or a vector`, fix);
}

export function layerNorm(builder: GraphBuilder, context: BlockContext, id: string): void {
  builder.add(id, 'layer_norm', { eps: context.header.eps ?? LAYER_NORM_EPS });
}

/** Linear → activation → linear, back to the channels it reads. Hidden width `⌊channels · ratio⌋`. */
export function tokenMlp(
  builder: GraphBuilder,
  names: { fc1: string; act: string; fc2: string },
  ratio: number,
  act: ActivationName,
): void {
  const channels = builder.channels();
  builder.add(names.fc1, 'linear', { out: Math.max(1, Math.floor(channels * ratio)) });
  activation(builder, names.act, act);
  builder.add(names.fc2, 'linear', { out: channels });
}

/** Height and width of the feature map that the current tokens were flattened from: the last map above with as many pixels. */
export function tokenGrid(builder: GraphBuilder): [height: number, width: number] {
  const tokens = builder.shape()[1];
  for (let i = builder.nodes.length - 1; i >= 0; i--) {
    const shape = builder.shape((builder.nodes[i] as { id: string }).id);
    const [, height, width] = shape as readonly [number, number, number];
    if (shape.length === 4 && height * width === tokens) return [height, width];
  }
  throw new ShapeError(
    `${tokens} tokens come from no feature map, so they have no relative positions`,
    'put a line `flatten` above it',
  );
}
