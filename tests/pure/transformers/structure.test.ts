// What the papers say about the structure of the transformer nets, read off the graphs: token counts, tables, borders, names.
import { expect, test } from 'vitest';
import { accounting } from '../../../src/graph/cost/cost.ts';
import { build, countOps, preset, shapesOf } from './nets.ts';

const attention = (name: string) => {
  const graph = preset(name);
  return graph.nodes
    .filter((node) => node.op === 'attention')
    .map((node) => ({
      id: node.id,
      tokens: graph.facts.get(node.inputs[1] ?? node.inputs[0] ?? '')?.shape.slice(1, -1),
    }));
};

test.each([
  ['efficientformer_l1', 1],
  ['efficientformer_l3', 4],
  ['efficientformer_l7', 8],
])('%s flattens once and attends %i times, on 49 tokens', (name, blocks) => {
  const graph = preset(name);
  expect(countOps(graph, 'reshape')).toBe(1);
  expect(attention(name).map(({ tokens }) => tokens)).toEqual(Array.from({ length: blocks }, () => [49]));
  // The reference counts the flattening as a block: it takes an index of the last stage.
  const flatten = graph.nodes.findIndex((node) => node.op === 'reshape');
  const index = Number(/blocks\.(\d+)/.exec(graph.nodes[flatten]?.id ?? '')?.[1]);
  expect(graph.nodes[flatten + 1]?.id).toBe(`stages.3.blocks.${index + 1}.norm1`);
});

test('EfficientFormerV2 attends at half resolution in stage 3: 49 tokens, not 196', () => {
  expect(attention('efficientformerv2_s0')).toEqual([
    { id: 'stages.2.blocks.4.token_mixer', tokens: [7, 7] },
    { id: 'stages.2.blocks.5.token_mixer', tokens: [7, 7] },
    { id: 'stages.3.downsample.attn', tokens: [14, 14] },
    { id: 'stages.3.blocks.2.token_mixer', tokens: [7, 7] },
    { id: 'stages.3.blocks.3.token_mixer', tokens: [7, 7] },
  ]);
});

test.each([
  ['efficientformer_l1', [7 * 7]],
  ['efficientformer_l1@97', [4 * 4]],
  ['efficientformer_l1@224x160', [7 * 5]],
  ['efficientformerv2_s0@128', [16, 16, 64, 16, 16]],
  // 97 px: maps of 7×7 and 4×4, the first halved to 4×4.
  ['efficientformerv2_s0@97', [16, 16, 49, 16, 16]],
  ['efficientformerv2_s0@224x160', [35, 35, 140, 35, 35]],
])('bias tables of %s have an entry for each distance on its grid', (name, entries) => {
  expect(shapesOf(preset(name), 'attention_biases')).toEqual(entries.map((count) => [8, count]));
});

test.each([
  [224, 196],
  [384, 576],
  [97, 36],
])('T2T-ViT at %i px turns 16×16 px into one of %i tokens, and its position table follows', (size, tokens) => {
  expect(shapesOf(preset(`t2t_vit_7@${size}`), 'pos_embed')).toEqual([[1, tokens + 1, 256]]);
});

test('the tokens of T2T-ViT shrink from 3136 to 784 to 196', () => {
  const graph = preset('t2t_vit_7');
  const split = graph.nodes.filter((node) => node.op === 'unfold').map(({ id }) => graph.facts.get(id)?.shape);
  expect(split).toEqual([
    [1, 3136, 147],
    [1, 784, 576],
    [1, 196, 576],
  ]);
});

test('cost of the Performer grows linearly with the tokens, that of the transformer quadratically', () => {
  const tokenLayers = (name: string, size: number) =>
    accounting(preset(`${name}@${size}`))
      .nodes.filter(({ id }) => id.startsWith('tokens_to_token'))
      .reduce((sum, { macsByKind }) => sum + macsByKind.attention, 0);
  expect(tokenLayers('t2t_vit_14', 448) / tokenLayers('t2t_vit_14', 224)).toBeCloseTo(4, 9);
  expect(tokenLayers('t2t_vit_t_14', 448) / tokenLayers('t2t_vit_t_14', 224)).toBeCloseTo(16, 9);
});

test('T2T-ViT names each block a stage, other families each line', () => {
  const vit = 'family t2t\ntokens k16 s16 c64\nvit x2 h4 e2\nvit h2 e4\nclshead c10';
  expect(build(vit).stages).toEqual([0, 1, 2].map((i) => ({ name: `blocks.${i}`, node: `blocks.${i}.add2` })));
  expect(preset('efficientformer_l3').stages.map(({ name }) => name)).toEqual([0, 1, 2, 3].map((i) => `stages.${i}`));
});

test('scores are scaled by the head, or by the whole width as in the published T2T-ViT weights', () => {
  const scales = (argument: string) => {
    const graph = build(`family t2t\ntokens k16 s16 c64\nvit h4 e2 ${argument}\nclshead c10`);
    return graph.nodes.filter((node) => node.op === 'attention').map((node) => (node.attrs as { scale: number }).scale);
  };
  expect([scales(''), scales('scale=head'), scales('scale=width')]).toEqual([[0.25], [0.25], [0.125]]);
});

test('a patch embedding is a soft split without overlap: ViT-Tiny has the parameters of its table', () => {
  const graph = build('family t2t\nact gelu\ntokens k16 s16 c192\nvit x12 h3 e4 bias\nclshead c1000');
  expect(accounting(graph).total.params).toBe(5_717_416);
});
