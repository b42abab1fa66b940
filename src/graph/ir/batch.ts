// A net for several inputs in one run: the same nodes with N along the first axis, so that small maps fill a GPU and each launch serves N pictures.
import { ShapeError, type Shape } from '../../gpu-kernels/op.ts';
import { GraphBuilder } from './builder.ts';
import type { GraphNode, InferredGraph } from './graph.ts';

/** The graph for `count` inputs side by side. Throws ShapeError, with the node, where a node is fixed to one input. */
export function withBatch(graph: InferredGraph, count: number): InferredGraph {
  if (count === 1) return graph;
  const builder = new GraphBuilder(graph.name);
  for (const node of graph.nodes) {
    try {
      builder.origin = { block: node.block, repeat: node.repeat };
      builder.add(node.id, node.op, attributes(node, graph, count), node.inputs, { names: node.params });
    } catch (error) {
      if (error instanceof ShapeError) throw new ShapeError(`"${node.id}" takes one input at a time: ${error.message}`);
      throw error;
    }
  }
  for (const output of graph.outputs)
    if (builder.shape(output)[0] !== count)
      throw new ShapeError(`"${output}" is one result for all inputs: the net takes one input at a time`);
  return { ...graph, nodes: builder.nodes, facts: builder.facts };
}

/** Shapes that a node states are those of one input. */
function attributes({ id, op, attrs }: GraphNode, graph: InferredGraph, count: number): unknown {
  const many = ([first, ...rest]: Shape): Shape => {
    if (first !== 1) throw new ShapeError(`"${id}" states a shape with ${first ?? 0} along the first axis`);
    return [count, ...rest];
  };
  if (op === 'rearrange') throw new ShapeError('its table names the places of one input');
  const stated = attrs as { readonly to?: string; readonly shape: Shape };
  if (op === 'input') {
    if (graph.facts.get(id)?.shape[0] !== 1) throw new ShapeError('the input is a batch already');
    return { ...stated, shape: many(stated.shape) };
  }
  return op === 'reshape' && stated.to === 'shape' ? { ...stated, shape: many(stated.shape) } : attrs;
}
