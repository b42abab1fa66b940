// Shares a fused kernel's time out over the nodes it computes, so that every millisecond lands on exactly one node.
import { elements } from '../../../gpu-kernels/op.ts';
import type { GraphNode, InferredGraph } from '../../../graph/ir/graph.ts';
import type { NodeTimes } from './heat.ts';
import type { RunDispatch } from './record.ts';

/** A node's part of a dispatch; the parts of one dispatch add up to 1. */
export interface NodePart {
  readonly node: string;
  readonly part: number;
}

/**
 * Parts by MACs + bytes: a node's own multiply-accumulates (split evenly where several dispatches compute it) plus the bytes that
 * cross the kernel's border at this node: operands made elsewhere, its parameters, and its output where something outside reads it.
 * A norm or an activation inside a fused kernel moves nothing and so takes next to nothing. Nodes that the graph lacks take 0.
 */
export function nodeParts(graph: InferredGraph, dispatches: readonly Pick<RunDispatch, 'from'>[]): NodePart[][] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const listed = new Map<string, number>();
  for (const { from } of dispatches) for (const id of from) listed.set(id, (listed.get(id) ?? 0) + 1);
  const readers = new Map<string, string[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      const list = readers.get(input);
      if (list) list.push(node.id);
      else readers.set(input, [node.id]);
    }
  }
  const results = new Set(graph.outputs);
  return dispatches.map(({ from }) => {
    const inside = new Set(from);
    const crossing = (node: GraphNode): number => {
      const facts = graph.facts.get(node.id);
      if (!facts) return 0;
      const read = node.inputs.filter((id) => !inside.has(id));
      const leaves = results.has(node.id) || readers.get(node.id)?.some((id) => !inside.has(id));
      const size = (id: string): number => elements(graph.facts.get(id)?.shape ?? [0]);
      const weights = facts.params.reduce((sum, { shape }) => sum + elements(shape), 0);
      return 4 * (read.reduce((sum, id) => sum + size(id), weights) + (leaves ? size(node.id) : 0));
    };
    const weights = from.map((id) => {
      const node = nodes.get(id);
      return node ? (graph.facts.get(id)?.macs ?? 0) / (listed.get(id) ?? 1) + crossing(node) : 0;
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return from.map((node, index) => ({ node, part: total > 0 ? (weights[index] ?? 0) / total : 1 / from.length }));
  });
}

/** Time of every node that a dispatch computes, and their sum, in milliseconds. */
export function nodeTimes(graph: InferredGraph, dispatches: readonly Pick<RunDispatch, 'from' | 'ms'>[]): NodeTimes {
  const ms = new Map<string, number>();
  const parts = nodeParts(graph, dispatches);
  dispatches.forEach((dispatch, index) => {
    for (const { node, part } of parts[index] ?? []) ms.set(node, (ms.get(node) ?? 0) + part * dispatch.ms);
  });
  return { ms, totalMs: dispatches.reduce((sum, dispatch) => sum + dispatch.ms, 0) };
}

/** Milliseconds per block line, in the document's order; 0 for lines without a measured node. */
export function lineTimes(graph: InferredGraph, { ms }: NodeTimes, lines: number): number[] {
  const result = new Array<number>(lines).fill(0);
  for (const { id, block } of graph.nodes) {
    if (block >= 0 && block < lines) result[block] = (result[block] ?? 0) + (ms.get(id) ?? 0);
  }
  return result;
}
