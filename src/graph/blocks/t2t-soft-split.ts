// Tokens-to-token: overlapping patches become tokens, a token layer mixes them, and the result is a smaller map again.
import type { GraphBuilder } from '../ir/builder.ts';
import { defineBlock, type Argument, type Arguments } from './block.ts';
import { activationOf, common, numberOf } from './parts.ts';
import { performerLayer, transformerLayer } from './t2t-token-layer.ts';
import { expectMap } from './vit-parts.ts';

const module = 'tokens_to_token';
const softSplitArguments: readonly Argument[] = [
  {
    ...common.kernel,
    label: 'patch',
    doc: 'Side of a patch in pixels; patches overlap where it is larger than the stride.',
  },
  { key: 's', label: 'stride', kind: 'int', default: 2, min: 1, max: 32, doc: 'Distance of two patches in pixels.' },
  { key: 'p', label: 'padding', kind: 'int', min: 0, max: 31, doc: 'Zeros around the map; default ⌈(k − s) / 2⌉.' },
];

/** Adds the unfolding; returns height and width of the grid of patches. */
function softSplit(builder: GraphBuilder, id: string, args: Arguments): { height: number; width: number } {
  const [, height, width] = builder.shape() as readonly [number, number, number];
  const kernel = numberOf(args, 'k', 3);
  const stride = numberOf(args, 's', 2);
  const padding = numberOf(args, 'p', Math.max(0, Math.ceil((kernel - stride) / 2)));
  builder.add(id, 'unfold', { kernel: [kernel, kernel], stride: [stride, stride], padding });
  const windows = (length: number) => Math.floor((length + 2 * padding - kernel) / stride) + 1;
  return { height: windows(height), width: windows(width) };
}

export const t2t = defineBlock({
  word: 't2t',
  doc: 'Soft split and one token layer of one head: overlapping patches, attention, MLP; the tokens become a map again.',
  source: 'T2T-ViT, arXiv 2101.11986 §3.1; Performer, arXiv 2009.14794',
  place: 'stem',
  args: [
    ...softSplitArguments,
    { ...common.channels, label: 'token channels' },
    {
      key: 'attn',
      label: 'token layer',
      kind: 'word',
      words: ['performer', 'transformer'],
      default: 'performer',
      doc: 'Performer: cost linear in the tokens; transformer: exact softmax, quadratic.',
    },
    {
      key: 'm',
      label: 'random features',
      kind: 'int',
      min: 1,
      max: 1024,
      doc: 'Random features of the Performer; default half the token channels.',
    },
    common.act,
  ],
  expand(builder, args, context) {
    expectMap(builder, 't2t', 'move it above the line that makes tokens');
    const name = `${module}.attention${context.index + 1}`;
    const dim = numberOf(args, 'c');
    const act = activationOf(args, context);
    const grid = softSplit(builder, `${module}.soft_split${context.index}`, args);
    if (args.attn === 'transformer') transformerLayer(builder, context, name, { dim, act });
    else
      performerLayer(builder, context, name, {
        dim,
        act,
        features: numberOf(args, 'm', Math.max(1, Math.floor(dim / 2))),
      });
    builder.add(`${name}.map`, 'reshape', { to: 'map', ...grid });
  },
});

export const tokens = defineBlock({
  word: 'tokens',
  doc: 'Soft split and projection to the transformer’s width, a class token, and fixed sinusoid positions.',
  source: 'T2T-ViT, arXiv 2101.11986 §3.2; ViT, arXiv 2010.11929 §3.1',
  place: 'stem',
  args: [...softSplitArguments, { ...common.channels, label: 'width' }],
  expand(builder, args, context) {
    expectMap(builder, 'tokens', 'remove the second `tokens`');
    const suffix = context.index === 0 ? '' : `_${context.index}`;
    softSplit(builder, `${module}.soft_split_last${suffix}`, args);
    builder.add(`${module}.project${suffix}`, 'linear', { out: numberOf(args, 'c') });
    builder.add(`cls_token${suffix}`, 'prepend_token', {}, undefined, { names: { cls_token: `cls_token${suffix}` } });
    // One position a token: the table follows the input's size.
    const count = builder.shape()[1] as number;
    builder.add(`pos_embed${suffix}`, 'position_embedding', { tokens: count, trainable: false }, undefined, {
      names: { pos_embed: `pos_embed${suffix}` },
    });
  },
});
