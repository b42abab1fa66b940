// Which layers can be looked at, how they are listed, and which one a selection means.
import { ops } from '../../../../gpu-kernels/ops/index.ts';
import { attentionOperands } from '../../../../graph/inspect/attention-weights.ts';
import type { GraphNode, InferredGraph } from '../../../../graph/ir/graph.ts';
import { selectsBlock, type Selection } from '../../../state/selection.ts';

/** Everything that holds numbers of its own. */
export const viewable = (graph: InferredGraph): readonly GraphNode[] => graph.nodes.filter(({ op }) => op !== 'input');

/** The node that a selection means; of a block its last one, of nothing the first layer. */
export function chosenNode(graph: InferredGraph, selection: Selection): string | undefined {
  const nodes = viewable(graph);
  if (selection.kind === 'node') return nodes.find(({ id }) => id === selection.node)?.id ?? nodes[0]?.id;
  if (selection.kind === 'lines') {
    const last = nodes.findLast(({ block, repeat }) => selectsBlock(selection, block, repeat));
    return last?.id ?? nodes[0]?.id;
  }
  // After the first activation: the first picture that looks like something.
  const first = nodes.findIndex(({ op }) => ops[op].activates);
  return nodes[Math.max(0, first)]?.id;
}

/** Gates of squeeze-excite and coordinate attention: values from 0 to 1 that channels, rows or columns are multiplied by. */
export const gateNodes = (graph: InferredGraph): readonly GraphNode[] =>
  graph.nodes.filter(({ id, op }) => /(^|\.)gate(_h|_w)?$/.test(id) && ops[op].gate);

export const attentionNodes = (graph: InferredGraph): readonly GraphNode[] =>
  graph.nodes.filter(({ op }) => op === 'attention');

/** Nodes that have to be read for the attention of one node. */
export const operandsOf = (graph: InferredGraph, id: string): readonly string[] => {
  const node = graph.nodes.find((candidate) => candidate.id === id);
  return node ? attentionOperands(node) : [];
};
