// Depthwise and 1×1 convolutions have names and kinds of their own, in every preset family.
import { describe, expect, it } from 'vitest';
import { check } from '../../../../src/graph/notation/check.ts';
import { opWords, workKindsOf } from '../../../../src/graph/ir/op-words.ts';
import { firstNet } from '../../../../src/ui/state/first-net.ts';

const graphOf = (text: string) => {
  const { graph } = check(text);
  if (!graph) throw new Error('the text has an error');
  return graph;
};

describe('opWords', () => {
  const graph = graphOf(firstNet.text);
  const words = (id: string): string => {
    const node = graph.nodes.find((other) => other.id === id);
    return node ? opWords(graph, node) : '';
  };
  it('tells the three convolutions of an inverted residual apart', () => {
    expect(words('blocks.1.0.conv_pw')).toBe('1×1 conv');
    expect(words('blocks.1.0.conv_dw')).toBe('depthwise 3×3');
    expect(words('conv_stem')).toBe('3×3 conv');
    expect(words('blocks.1.0.bn1')).toBe('batch norm');
  });
});

describe('workKindsOf', () => {
  it('puts every multiply-accumulate of MobileNetV2 into the kind of its layer', () => {
    const graph = graphOf(firstNet.text);
    const kinds = workKindsOf(graph);
    expect(kinds.get('conv_stem')).toBe('stem');
    expect(kinds.get('blocks.1.0.conv_dw')).toBe('depthwise');
    expect(kinds.get('blocks.1.0.conv_pwl')).toBe('1×1');
    expect(kinds.get('classifier')).toBe('head');
    for (const { id } of graph.nodes)
      if ((graph.facts.get(id)?.macs ?? 0) > 0) expect(kinds.get(id), id).not.toBe('rest');
  });
  it('knows the gates of squeeze-excite', () => {
    const graph = graphOf('input 3x64x64\nconv k3 s2 c16\nmbconv k3 c24 e4 se0.25\nconv k1 c64\npool\nlinear c10\n');
    const kinds = workKindsOf(graph);
    const gates = graph.nodes.filter(({ id }) => kinds.get(id) === 'squeeze-excite').map(({ id }) => id);
    expect(gates).toHaveLength(2);
    expect(gates.every((id) => id.includes('.se.'))).toBe(true);
  });
});
