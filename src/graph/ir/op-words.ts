// What a node is called and which kind of work it is: depthwise and 1×1 convolutions are one op but two worlds of cost.
import { ops } from '../../gpu-kernels/ops/index.ts';
import type { GraphNode, InferredGraph } from './graph.ts';

type Known = Pick<InferredGraph, 'facts'>;

const boxOf = ({ facts }: Known, node: GraphNode) =>
  ops[node.op].box?.(node.attrs, facts.get(node.inputs[0] ?? '')?.shape ?? []);

/** `depthwise 3×3`, `1×1 conv`, `3×3 conv`, `batch norm`: a convolution by its window, any other op by its name. */
export function opWords(graph: Known, node: GraphNode): string {
  const box = boxOf(graph, node);
  if (box?.kind === 'depthwise') return box.words;
  if (node.op === 'conv2d' && box) return `${box.words} conv`;
  return node.op.replaceAll('_', ' ');
}

export const workKinds = ['stem', '1×1', 'depthwise', 'conv', 'squeeze-excite', 'attention', 'head', 'rest'] as const;
export type WorkKind = (typeof workKinds)[number];

/** Kind of work of each node; norms, activations, sums and moves are the rest. */
export function workKindsOf(graph: Known & Pick<InferredGraph, 'nodes'>): ReadonlyMap<string, WorkKind> {
  const pixels = (node: GraphNode): number => {
    const shape = graph.facts.get(node.inputs[0] ?? '')?.shape ?? [];
    return shape.length === 4 ? (shape[1] ?? 1) * (shape[2] ?? 1) : shape.length === 3 ? (shape[1] ?? 1) : 1;
  };
  const place = ({ block, repeat }: GraphNode): string => `${block}:${repeat}`;
  const gated = new Set(graph.nodes.filter(({ op }) => op === 'mul').map(place));
  const stem = graph.nodes.find((node) => boxOf(graph, node)?.kind === 'dense')?.id;
  // Behind the last node that makes one value of the whole map there is only the head.
  const lastPool = graph.nodes.findLastIndex(
    (node) => pixels(node) > 1 && !gated.has(place(node)) && becomesOne(graph, node),
  );
  return new Map(
    graph.nodes.map((node, index): [string, WorkKind] => {
      const box = boxOf(graph, node);
      if (node.id === stem) return [node.id, 'stem'];
      if (box?.kind === 'attention') return [node.id, 'attention'];
      if (lastPool >= 0 && index > lastPool && box && box.kind !== 'move') return [node.id, 'head'];
      if (pixels(node) === 1 && box && gated.has(place(node))) return [node.id, 'squeeze-excite'];
      if (box?.kind === 'depthwise') return [node.id, 'depthwise'];
      if (box?.kind === 'pointwise') return [node.id, '1×1'];
      return [node.id, box?.kind === 'dense' ? 'conv' : 'rest'];
    }),
  );
}

function becomesOne({ facts }: Known, { id }: GraphNode): boolean {
  const shape = facts.get(id)?.shape ?? [];
  return shape.length === 2 || (shape.length === 4 && shape[1] === 1 && shape[2] === 1);
}
