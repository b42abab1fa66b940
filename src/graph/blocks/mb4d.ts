// EfficientFormer's convolutional meta block: average pooling mixes neighbours, a 1×1 MLP mixes channels.
import { defineBlock } from './block.ts';
import { embedding, embeddingName, embeddingStride, needsEmbedding } from './efficientformer-parts.ts';
import { activationOf, common, convNormAct, numberOf } from './parts.ts';
import { expectMap, mlpRatio } from './vit-parts.ts';

export const mb4d = defineBlock({
  word: 'mb4d',
  doc: 'x + ls(avgpool(x) − x), then x + ls(1×1, norm, act, 1×1, norm); a strided 3×3 embedding first where the line has a stride.',
  source: 'EfficientFormer, arXiv 2206.01191 §4.1 (MB4D)',
  place: 'stage',
  args: [
    { ...common.kernel, label: 'pooling window', doc: 'Window of the average that mixes neighbours.' },
    embeddingStride,
    common.channels,
    mlpRatio,
    common.act,
  ],
  expand(builder, args, context) {
    const { name } = context;
    expectMap(builder, 'mb4d', 'use `mb3d` below `flatten`');
    if (needsEmbedding(builder, args)) {
      const module = embeddingName(context);
      embedding(builder, context, args, { conv: `${module}.conv`, norm: `${module}.norm` });
    }
    const channels = builder.channels();
    const window = numberOf(args, 'k', 3);
    const from = builder.current;
    builder.add(`${name}.token_mixer.pool`, 'avg_pool2d', {
      kernel: [window, window],
      stride: [1, 1],
      padding: Math.floor(window / 2),
      countIncludePad: false,
    });
    builder.add(`${name}.token_mixer`, 'sub', {}, [builder.current, from]);
    builder.add(`${name}.ls1`, 'layer_scale');
    const mixed = builder.add(`${name}.add1`, 'add', {}, [builder.current, from]);
    convNormAct(builder, context, {
      conv: `${name}.mlp.fc1`,
      norm: `${name}.mlp.norm1`,
      out: Math.max(1, Math.floor(channels * numberOf(args, 'e', 4))),
      kernel: 1,
      bias: true,
      act: activationOf(args, context),
    });
    convNormAct(builder, context, {
      conv: `${name}.mlp.fc2`,
      norm: `${name}.mlp.norm2`,
      out: channels,
      kernel: 1,
      bias: true,
    });
    builder.add(`${name}.ls2`, 'layer_scale');
    builder.add(`${name}.add2`, 'add', {}, [builder.current, mixed]);
  },
});
