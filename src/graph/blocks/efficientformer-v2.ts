// EfficientFormerV2's two blocks: the unified FFN with a depthwise convolution in the middle, and the same behind attention.
import { ShapeError } from '../../gpu-kernels/op.ts';
import { defineBlock, type Argument, type Arguments, type BlockContext } from './block.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import { attentionDownsample, localGlobalAttention } from './efficientformer-attention.ts';
import { embedding, embeddingName, embeddingStride, needsEmbedding } from './efficientformer-parts.ts';
import { activationOf, common, convNormAct, numberOf, strideOf } from './parts.ts';
import { expectMap, heads, keyDimension, mlpRatio, valueRatio } from './vit-parts.ts';

/** Key dimension of the attention between stages; inside a stage it is `d` (authors' code, `Attention4DDownsample`). */
const DOWNSAMPLE_KEY_DIM = 16;
const DOWNSAMPLE_HEADS = 8;
const DOWNSAMPLE_VALUE_RATIO = 4;

const dual: Argument = {
  key: 'dual',
  label: 'dual-path embedding',
  kind: 'flag',
  doc: 'The embedding of stride 2 is added to an attention that halves the map.',
};

/** The embedding in front of the first repeat, with its attention path where the line says `dual`. */
function open(builder: GraphBuilder, args: Arguments, context: BlockContext): void {
  if (!needsEmbedding(builder, args)) return;
  const module = embeddingName(context);
  const from = builder.current;
  embedding(builder, context, args, { conv: `${module}.conv.conv`, norm: `${module}.conv.bn` });
  if (!args.dual) return;
  if (strideOf(args) !== 2)
    throw new ShapeError('the attention of a dual-path embedding halves the map', 'use s2, or remove `dual`');
  const convolved = builder.current;
  builder.current = from;
  attentionDownsample(builder, context, `${module}.attn`, {
    heads: DOWNSAMPLE_HEADS,
    keyDim: DOWNSAMPLE_KEY_DIM,
    valueDim: DOWNSAMPLE_KEY_DIM * DOWNSAMPLE_VALUE_RATIO,
    act: activationOf(args, context),
    out: numberOf(args, 'c'),
  });
  builder.add(`${module}.add`, 'add', {}, [builder.current, convolved]);
}

/** x + ls(1×1, norm, act, depthwise 3×3, norm, act, 1×1, norm). */
function feedForward(builder: GraphBuilder, args: Arguments, context: BlockContext): void {
  const { name } = context;
  const from = builder.current;
  const channels = builder.channels();
  const hidden = Math.max(1, Math.floor(channels * numberOf(args, 'e', 4)));
  const act = activationOf(args, context);
  convNormAct(builder, context, {
    conv: `${name}.mlp.fc1.conv`,
    norm: `${name}.mlp.fc1.bn`,
    out: hidden,
    kernel: 1,
    bias: true,
    act,
  });
  convNormAct(builder, context, {
    conv: `${name}.mlp.mid.conv`,
    norm: `${name}.mlp.mid.bn`,
    out: hidden,
    kernel: 3,
    groups: 'depthwise',
    bias: true,
    act,
  });
  convNormAct(builder, context, {
    conv: `${name}.mlp.fc2.conv`,
    norm: `${name}.mlp.fc2.bn`,
    out: channels,
    kernel: 1,
    bias: true,
  });
  builder.add(`${name}.ls2`, 'layer_scale');
  builder.add(`${name}.add2`, 'add', {}, [builder.current, from]);
}

export const ffn = defineBlock({
  word: 'ffn',
  doc: 'x + ls(1×1, depthwise 3×3, 1×1); a strided 3×3 embedding first where the line has a stride.',
  source: 'EfficientFormerV2, arXiv 2212.08059 §3.1 (unified FFN)',
  place: 'stage',
  args: [embeddingStride, common.channels, mlpRatio, dual, common.act],
  expand(builder, args, context) {
    expectMap(builder, 'ffn');
    open(builder, args, context);
    feedForward(builder, args, context);
  },
});

export const mhsa = defineBlock({
  word: 'mhsa',
  doc: 'x + ls(attention with local branch and talking heads), then the FFN of `ffn`; `sa2` attends at half resolution.',
  source: 'EfficientFormerV2, arXiv 2212.08059 §3.2–3.3',
  place: 'stage',
  args: [
    embeddingStride,
    common.channels,
    mlpRatio,
    heads,
    keyDimension,
    valueRatio,
    {
      key: 'sa',
      label: 'attention stride',
      kind: 'int',
      default: 1,
      min: 1,
      max: 4,
      doc: 'Queries, keys and values are computed on a map reduced by this stride, and the result is enlarged again.',
    },
    dual,
    common.act,
  ],
  expand(builder, args, context) {
    const { name } = context;
    expectMap(builder, 'mhsa');
    open(builder, args, context);
    const from = builder.current;
    const keyDim = numberOf(args, 'd', 32);
    localGlobalAttention(builder, context, `${name}.token_mixer`, {
      heads: numberOf(args, 'h', 8),
      keyDim,
      valueDim: Math.max(1, Math.floor(keyDim * numberOf(args, 'r', 4))),
      stride: numberOf(args, 'sa', 1),
      act: activationOf(args, context),
    });
    builder.add(`${name}.ls1`, 'layer_scale');
    builder.add(`${name}.add1`, 'add', {}, [builder.current, from]);
    feedForward(builder, args, context);
  },
});
