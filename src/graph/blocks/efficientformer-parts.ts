// The convolutional pieces that EfficientFormer's two versions share: arguments, and the embedding that opens a stage.
import type { Argument, Arguments, BlockContext } from './block.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import { common, convNormAct, numberOf, strideOf } from './parts.ts';

export const embeddingStride: Argument = {
  ...common.stride,
  doc: 'Stride of the embedding (3×3 convolution, norm) in front of the first repeat; also added where the channels change.',
};

/** Module path of the embedding: the stage's own (`stages.1.downsample`), or the block's when it stands inside a stage. */
export const embeddingName = (context: BlockContext): string =>
  `${context.index === 0 ? context.family.stageName(context.stage) : context.name}.downsample`;

/** True when the line changes resolution or width, so that an embedding must come first. */
export const needsEmbedding = (builder: GraphBuilder, args: Arguments): boolean =>
  strideOf(args) > 1 || builder.channels() !== numberOf(args, 'c');

/** The embedding: 3×3 convolution with bias and norm, no activation (EfficientFormer, arXiv 2206.01191 eq. 4). */
export function embedding(
  builder: GraphBuilder,
  context: BlockContext,
  args: Arguments,
  modules: { conv: string; norm: string },
): void {
  convNormAct(builder, context, {
    ...modules,
    out: numberOf(args, 'c'),
    kernel: 3,
    stride: strideOf(args),
    bias: true,
  });
}
