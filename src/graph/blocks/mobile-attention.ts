// Attention over a feature map for hybrid nets: Mobile MQA (one shared key/value head, optionally downsampled) and plain multi-head.
import { ShapeError } from '../../gpu-kernels/op.ts';
import { defineBlock, type Argument } from './block.ts';
import { common, convNormAct, layerScale, normAct, numberOf, residual } from './parts.ts';

const heads: Argument = { key: 'h', label: 'heads', kind: 'int', default: 8, min: 1, max: 64, doc: 'Query heads.' };
const tail: readonly Argument[] = [common.layerScale, common.noskip];

export const mqa = defineBlock({
  word: 'mqa',
  doc: 'Multi-query attention: heads share one key and one value, which a strided depthwise may shrink first.',
  source: 'MobileNetV4, arXiv 2404.10518 §5 (Mobile MQA)',
  place: 'stage',
  args: [
    common.kernel,
    common.channels,
    heads,
    {
      key: 'd',
      label: 'key dimension',
      kind: 'int',
      default: 64,
      min: 1,
      max: 512,
      doc: 'Dimension of keys and values.',
    },
    {
      key: 'v',
      label: 'key/value stride',
      kind: 'int',
      default: 1,
      min: 1,
      max: 4,
      doc: 'Keys and values are computed on a map reduced by this stride.',
    },
    ...tail,
  ],
  expand(builder, args, context) {
    const { name } = context;
    const from = builder.current;
    const count = numberOf(args, 'h', 8);
    const dimension = numberOf(args, 'd', 64);
    const reduce = numberOf(args, 'v', 1);
    // Names follow timm's MobileAttention with MultiQueryAttention2d.
    normAct(builder, context, `${name}.norm`, 'none');
    const normed = builder.current;
    const project = (module: string, out: number) =>
      convNormAct(builder, context, { conv: `${name}.attn.${module}.proj`, out, kernel: 1 });
    const keyOrValue = (module: string) => {
      builder.current = normed;
      if (reduce > 1) {
        convNormAct(builder, context, {
          conv: `${name}.attn.${module}.down_conv`,
          norm: `${name}.attn.${module}.norm`,
          out: builder.channels(),
          kernel: numberOf(args, 'k', 3),
          stride: reduce,
          groups: 'depthwise',
        });
      }
      project(module, dimension);
      return builder.current;
    };
    project('query', count * dimension);
    const query = builder.current;
    const key = keyOrValue('key');
    const value = keyOrValue('value');
    builder.add(
      `${name}.attn`,
      'attention',
      { heads: count, kvHeads: 1, keyDim: dimension, valueDim: dimension, scale: dimension ** -0.5 },
      [query, key, value],
    );
    project('output', numberOf(args, 'c'));
    layerScale(builder, `${name}.layer_scale`, args);
    residual(builder, `${name}.add`, from, args);
  },
});

export const mha = defineBlock({
  word: 'mha',
  doc: 'Multi-head self-attention over the pixels of a feature map.',
  source: 'timm MobileAttention; Attention Is All You Need, arXiv 1706.03762 §3.2.2',
  place: 'stage',
  args: [common.channels, heads, ...tail],
  expand(builder, args, context) {
    const { name } = context;
    const from = builder.current;
    const count = numberOf(args, 'h', 8);
    const channels = builder.channels();
    if (channels % count !== 0)
      throw new ShapeError(
        `${channels} channels cannot be split into ${count} heads`,
        'choose a number of heads that divides the channels',
      );
    const dimension = channels / count;
    normAct(builder, context, `${name}.norm`, 'none');
    convNormAct(builder, context, { conv: `${name}.attn.qkv`, out: 3 * channels, kernel: 1 });
    const qkv = builder.current;
    const [query, key, value] = ['q', 'k', 'v'].map((part, i) =>
      builder.add(`${name}.attn.${part}`, 'slice', { axis: 3, start: i * channels, size: channels }, [qkv]),
    ) as [string, string, string];
    builder.add(
      `${name}.attn`,
      'attention',
      { heads: count, kvHeads: count, keyDim: dimension, valueDim: dimension, scale: dimension ** -0.5 },
      [query, key, value],
    );
    convNormAct(builder, context, { conv: `${name}.attn.proj`, out: numberOf(args, 'c'), kernel: 1 });
    layerScale(builder, `${name}.layer_scale`, args);
    residual(builder, `${name}.add`, from, args);
  },
});
