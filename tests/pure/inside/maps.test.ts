// Class-activation maps and attention matrices against what the net itself computes from them.
import { describe, expect, test } from 'vitest';
import { buildGraph, openPreset } from '../../../src/cli/source.ts';
import { ops } from '../../../src/gpu-kernels/ops/index.ts';
import { headLayouts, type AttentionAttrs } from '../../../src/gpu-kernels/ops/attention-layout.ts';
import { attentionOperands, attentionWeights } from '../../../src/graph/inspect/attention-weights.ts';
import { classMap, featureNode, findPooling } from '../../../src/graph/tasks/classify/class-map.ts';
import { generateInput, generateTensor } from '../../../src/graph/inspect/golden.ts';
import type { GraphNode, InferredGraph } from '../../../src/graph/ir/graph.ts';
import { nchwToNhwc, runReference } from '../../../src/graph/ir/reference.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';

function net(name: string, input: number) {
  const graph = buildGraph(openPreset(name, { input }));
  const params = new Map(
    graphParams(graph).map(({ name: tensor, shape }) => [tensor, generateTensor('maps', tensor, shape)]),
  );
  const picture = nchwToNhwc(generateInput('maps', input), graph.facts.get('input')!.shape);
  return { graph, params, picture };
}
const logitsOf = (graph: InferredGraph, values: ReadonlyMap<string, Float32Array>): Float32Array =>
  values.get(graph.outputs[0]!)!;

describe('class-activation map', () => {
  test.each([
    ['mobilenetv2_035', 64, 'bn2.act', [2, 2]],
    ['efficientformer_l1', 64, 'norm', [2, 2]],
  ] as const)('%s: its mean over the map is the logit, since the head is linear', (name, input, map, size) => {
    const { graph, params, picture } = net(name, input);
    const pooling = findPooling(graph)!;
    expect([pooling.map, pooling.height, pooling.width]).toEqual([map, ...size]);
    const values = runReference(graph, params, picture, { keep: [pooling.map] });
    const found = classMap(graph, params, pooling, values.get(pooling.map)!, 7);
    expect(found).toHaveLength(size[0] * size[1]);
    expect(found.reduce((a, b) => a + b) / found.length).toBeCloseTo(logitsOf(graph, values)[7]!, 3);
  });
  test('a head with layers behind the pooling: a map that is the pooled vector everywhere gives the logit everywhere', () => {
    const { graph, params, picture } = net('mobilenetv3_small_050', 64);
    const pooling = findPooling(graph)!;
    expect(pooling.head.map(({ op }) => op)).toEqual(['conv2d', 'hswish', 'reshape', 'linear']);
    const values = runReference(graph, params, picture, { keep: [pooling.pool.id] });
    const pooled = values.get(pooling.pool.id)!;
    const map = Float32Array.from({ length: pooled.length * 4 }, (_, i) => pooled[i % pooled.length]!);
    for (const logit of classMap(graph, params, pooling, map, 3))
      expect(logit).toBeCloseTo(logitsOf(graph, values)[3]!, 4);
  });
  test('a net that reads a class token has none', () => {
    expect(findPooling(net('t2t_vit_7', 64).graph)).toBeUndefined();
  });
});

test.each([
  ['mobilenetv2_035', 'flatten'],
  ['mobilenetv4_conv_small', 'flatten'],
  ['efficientformer_l1', 'pool'],
  ['t2t_vit_7', 'cls'],
])('pooled features of %s are %s', (name, node) => expect(featureNode(net(name, 64).graph)).toBe(node));

describe('attention matrices', () => {
  test.each([
    ['mobilenetv4_hybrid_medium', 64, 'blocks.3.8.attn'],
    ['efficientformer_l1', 96, 'stages.3.blocks.4.token_mixer'],
    ['t2t_vit_7', 64, 'blocks.0.attn'],
  ] as const)('%s: rows sum to one, and weighting the values by them gives what the node gives', (name, input, id) => {
    const { graph, params, picture } = net(name, input);
    const node = graph.nodes.find((candidate) => candidate.id === id)!;
    const values = runReference(graph, params, picture, { keep: [id, ...node.inputs] });
    expect(attentionOperands(node).every((operand) => values.has(operand))).toBe(true);
    const found = attentionWeights(graph, params, node, values);
    const attrs = node.attrs as AttentionAttrs;
    const [layout, shared] = [headLayouts(attrs).v, attrs.heads / attrs.kvHeads];
    const v = values.get(node.inputs.at(-1)!)!;
    const channels = graph.facts.get(node.inputs.at(-1)!)!.shape.at(-1)!;
    const output = values.get(id)!;
    for (let head = 0; head < found.heads; head++)
      for (const query of [0, found.queries - 1]) {
        const row = found.values.subarray(
          (head * found.queries + query) * found.keys,
          (head * found.queries + query + 1) * found.keys,
        );
        expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
        const at = layout.offset + Math.floor(head / shared) * layout.headStride;
        const mixed = row.reduce((sum, share, j) => sum + share * v[j * channels + at]!, 0);
        expect(mixed).toBeCloseTo(output[(query * attrs.heads + head) * attrs.valueDim]!, 4);
      }
  });

  test('talking heads mix before the softmax; the rows still sum to one', () => {
    const attrs = { heads: 2, kvHeads: 2, keyDim: 2, valueDim: 2, scale: 1, talkingHeads: true } as AttentionAttrs;
    const shape = [1, 3, 4];
    const names = ['talking_head1.weight', 'talking_head1.bias', 'talking_head2.weight', 'talking_head2.bias'];
    const node: GraphNode = {
      id: 'a',
      op: 'attention',
      attrs,
      inputs: ['q', 'k', 'v'],
      params: Object.fromEntries(names.map((role) => [role, role])),
      block: 0,
      repeat: 0,
    };
    const graph = {
      name: 'a',
      nodes: [node],
      inputs: [],
      outputs: ['a'],
      stages: [],
      facts: new Map(
        ['q', 'k', 'v', 'a'].map((id) => [
          id,
          { shape, params: [], parameterCount: 0, macs: 0, macKind: 'none' as const },
        ]),
      ),
    };
    const values = new Map(['q', 'k', 'v'].map((id) => [id, generateTensor('talk', id, shape)]));
    // The second mixing is the identity, so the node's output is the rows' own mixture.
    const params = new Map([
      [names[0]!, Float32Array.of(0.5, -2, 3, 1)],
      [names[1]!, Float32Array.of(0.1, 0.2)],
      [names[2]!, Float32Array.of(1, 0, 0, 1)],
      [names[3]!, Float32Array.of(0, 0)],
    ]);
    const found = attentionWeights(graph, params, node, values);
    const output = ops.attention.reference([...values.values()], Object.fromEntries(params), {
      inputs: [shape, shape, shape],
      output: shape,
      attrs,
    });
    for (let head = 0; head < 2; head++) {
      const row = found.values.subarray(head * 9, head * 9 + 3);
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      expect(row.reduce((sum, share, j) => sum + share * values.get('v')![j * 4 + head * 2]!, 0)).toBeCloseTo(
        output[head * 2]!,
        5,
      );
    }
  });
});
