// Lines of the transformer nets that cannot be built: the sentence says what is wrong and what to do.
import { expect, test } from 'vitest';
import { build, countOps, problemsOf } from './nets.ts';

const former = (lines: string): string => `family efficientformer\nact gelu\nstem4 c32\n${lines}\ndistilled c10`;
const formerV2 = (lines: string): string => `family efficientformerv2\nact gelu\nstem4 c32\n${lines}\ndistilled c10`;
const vit = (lines: string): string => `family t2t\nact gelu\n${lines}\nclshead c10`;

test.each([
  [
    'attention without a flattening',
    former('mb3d'),
    'mb3d: `mb3d` reads tokens, not a feature map or a vector; put a line `flatten` above it.',
  ],
  [
    'two flattenings',
    former('flatten\n+ flatten'),
    'flatten: `flatten` reads a feature map, not tokens or a vector; remove the second `flatten`.',
  ],
  [
    'pooling on tokens',
    former('flatten\n+ mb3d\n+ mb4d c32'),
    'mb4d: `mb4d` reads a feature map, not tokens or a vector; use `mb3d` below `flatten`.',
  ],
  [
    'dual path without a stride',
    formerV2('ffn c64 dual'),
    'ffn: the attention of a dual-path embedding halves the map; use s2, or remove `dual`.',
  ],
  [
    'heads that do not divide',
    vit('tokens k16 s16 c64\nvit h5 e2'),
    'vit: 64 channels cannot be split into 5 heads; choose a number of heads that divides the channels.',
  ],
  [
    'blocks without tokens',
    vit('t2t k7 s4 c64\nvit h4 e2'),
    'vit: `vit` reads tokens, not a feature map or a vector; put a line `tokens` above it.',
  ],
  [
    'tokens twice',
    vit('tokens k16 s16 c64\ntokens k2 s2 c64'),
    'tokens: `tokens` reads a feature map, not tokens or a vector; remove the second `tokens`.',
  ],
])('%s', (_, text, problem) => {
  expect(problemsOf(text)).toEqual([problem]);
});

test('a head that pools by itself refuses a pooled vector', () => {
  const text = former('mb4d c32').replace('distilled', 'distilled c10\ndistilled');
  expect(problemsOf(text)).toEqual([
    'distilled: `distilled` pools by itself and needs a feature map or tokens; remove the `pool` above it.',
  ]);
});

test('relative positions need a grid', () => {
  // A class token makes 197 tokens of a 14×14 grid: no map has as many pixels.
  const text = former('flatten').replace('stem4 c32\nflatten', 'tokens k16 s16 c64\nmb3d');
  expect(problemsOf(text)).toEqual([
    'mb3d: 197 tokens come from no feature map, so they have no relative positions; put a line `flatten` above it.',
  ]);
});

test('a depth multiplier repeats the blocks but flattens once', () => {
  const graph = build(`depth 2\n${former('mb4d x2 c32\nmb4d x1 s2 c64\n+ flatten\n+ mb3d')}`);
  expect(countOps(graph, 'reshape')).toBe(1);
  expect(countOps(graph, 'attention')).toBe(2);
});

test('channels that change at stride 1 get an embedding as well', () => {
  const graph = build(former('mb4d c48\n+ mb4d c64'));
  const embeddings = graph.nodes
    .filter(({ id }) => id.endsWith('downsample.conv'))
    .map(({ id, attrs }) => [id, (attrs as { stride: number[] }).stride]);
  expect(embeddings).toEqual([
    ['stages.0.downsample.conv', [1, 1]],
    ['stages.0.blocks.1.downsample.conv', [1, 1]],
  ]);
});
