// The plain transformer block and the class-token head of vision transformers.
import { ShapeError } from '../../gpu-kernels/op.ts';
import { defineBlock } from './block.ts';
import { activationOf, common, numberOf } from './parts.ts';
import { classes, expectTokens, heads, layerNorm, mlpRatio, tokenMlp } from './vit-parts.ts';

export const vit = defineBlock({
  word: 'vit',
  doc: 'Pre-norm transformer block: x + attention(norm(x)), then x + MLP(norm(x)).',
  source: 'ViT, arXiv 2010.11929 §3.1; T2T-ViT, arXiv 2101.11986 §3.2',
  place: 'stage',
  args: [
    heads,
    mlpRatio,
    {
      key: 'bias',
      label: 'qkv bias',
      kind: 'flag',
      doc: 'Queries, keys and values have a bias (ViT and DeiT; T2T-ViT has none).',
    },
    {
      key: 'scale',
      label: 'score scale',
      kind: 'word',
      words: ['head', 'width'],
      default: 'head',
      doc: 'Scores are divided by the square root of a head’s channels, or of the whole width (T2T-ViT’s published weights).',
    },
    common.act,
  ],
  expand(builder, args, context) {
    const { name } = context;
    expectTokens(builder, 'vit', 'put a line `tokens` above it');
    const width = builder.channels();
    const count = numberOf(args, 'h', 8);
    if (width % count !== 0)
      throw new ShapeError(
        `${width} channels cannot be split into ${count} heads`,
        'choose a number of heads that divides the channels',
      );
    const keyDim = width / count;
    const from = builder.current;
    layerNorm(builder, context, `${name}.norm1`);
    builder.add(`${name}.attn.qkv`, 'linear', { out: 3 * width, bias: args.bias === true });
    builder.add(`${name}.attn`, 'attention', {
      heads: count,
      keyDim,
      scale: (args.scale === 'width' ? width : keyDim) ** -0.5,
      packed: {
        qOffset: 0,
        qHeadStride: keyDim,
        kOffset: width,
        kHeadStride: keyDim,
        vOffset: 2 * width,
        vHeadStride: keyDim,
      },
    });
    builder.add(`${name}.attn.proj`, 'linear', { out: width });
    const attended = builder.add(`${name}.add1`, 'add', {}, [builder.current, from]);
    layerNorm(builder, context, `${name}.norm2`);
    tokenMlp(
      builder,
      { fc1: `${name}.mlp.fc1`, act: `${name}.mlp.act`, fc2: `${name}.mlp.fc2` },
      numberOf(args, 'e', 4),
      activationOf(args, context),
    );
    builder.add(`${name}.add2`, 'add', {}, [builder.current, attended]);
  },
});

export const clshead = defineBlock({
  word: 'clshead',
  doc: 'Layer norm, the class token alone, and a linear layer.',
  source: 'ViT, arXiv 2010.11929 §3.1',
  place: 'head',
  args: [classes],
  expand(builder, args, context) {
    expectTokens(builder, 'clshead', 'put a line `tokens` above it');
    layerNorm(builder, context, 'norm');
    builder.add('cls', 'select', { axis: 1, index: 0 });
    builder.add('head', 'linear', { out: numberOf(args, 'c') });
  },
});
