// EfficientFormer's attention meta block and the one flattening in front of it: from there on the net works on tokens.
import { defineBlock } from './block.ts';
import { embedding, embeddingName, embeddingStride, needsEmbedding } from './efficientformer-parts.ts';
import { activationOf, common, numberOf } from './parts.ts';
import {
  expectMap,
  expectTokens,
  heads,
  keyDimension,
  layerNorm,
  mlpRatio,
  tokenGrid,
  tokenMlp,
  valueRatio,
} from './vit-parts.ts';

export const flatten = defineBlock({
  word: 'flatten',
  doc: 'Feature map to tokens, one a pixel; the border between MB4D and MB3D. With a stride or channels, a 3×3 embedding first.',
  source: 'EfficientFormer, arXiv 2206.01191 §4.1 (dimension-consistent design)',
  place: 'stage',
  args: [
    embeddingStride,
    { ...common.channels, required: false, doc: 'Channels of the embedding; default: unchanged, no embedding.' },
  ],
  expand(builder, args, context) {
    // `depth` may repeat the line; there is nothing left to flatten then.
    if (context.repeat > 0) return;
    expectMap(builder, 'flatten', 'remove the second `flatten`');
    const wish = { ...args, c: numberOf(args, 'c', builder.channels()) };
    if (needsEmbedding(builder, wish)) {
      const module = embeddingName(context);
      embedding(builder, context, wish, { conv: `${module}.conv`, norm: `${module}.norm` });
    }
    builder.add(context.name, 'reshape', { to: 'tokens' });
  },
});

export const mb3d = defineBlock({
  word: 'mb3d',
  doc: 'x + ls(attention with a learned bias per relative position), then x + ls(MLP), both after a layer norm; on tokens.',
  source: 'EfficientFormer, arXiv 2206.01191 §4.1 (MB3D); attention bias of LeViT, arXiv 2104.01136 §4.3',
  place: 'stage',
  args: [heads, keyDimension, valueRatio, mlpRatio, common.act],
  expand(builder, args, context) {
    const { name } = context;
    expectTokens(builder, 'mb3d', 'put a line `flatten` above it');
    const channels = builder.channels();
    const count = numberOf(args, 'h', 8);
    const keyDim = numberOf(args, 'd', 32);
    const valueDim = Math.max(1, Math.floor(keyDim * numberOf(args, 'r', 4)));
    const perHead = 2 * keyDim + valueDim;
    const grid = tokenGrid(builder);

    const from = builder.current;
    layerNorm(builder, context, `${name}.norm1`);
    builder.add(`${name}.token_mixer.qkv`, 'linear', { out: count * perHead });
    builder.add(`${name}.token_mixer`, 'attention', {
      heads: count,
      keyDim,
      valueDim,
      // Each head's query, key and value stand together.
      packed: {
        qOffset: 0,
        qHeadStride: perHead,
        kOffset: keyDim,
        kHeadStride: perHead,
        vOffset: 2 * keyDim,
        vHeadStride: perHead,
      },
      bias: { kind: 'relative', qSize: grid, kSize: grid },
    });
    builder.add(`${name}.token_mixer.proj`, 'linear', { out: channels });
    builder.add(`${name}.ls1`, 'layer_scale');
    const mixed = builder.add(`${name}.add1`, 'add', {}, [builder.current, from]);
    layerNorm(builder, context, `${name}.norm2`);
    tokenMlp(
      builder,
      { fc1: `${name}.mlp.fc1`, act: `${name}.mlp.act`, fc2: `${name}.mlp.fc2` },
      numberOf(args, 'e', 4),
      activationOf(args, context),
    );
    builder.add(`${name}.ls2`, 'layer_scale');
    builder.add(`${name}.add2`, 'add', {}, [builder.current, mixed]);
  },
});
