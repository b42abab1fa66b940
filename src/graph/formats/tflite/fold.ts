// Batch norms right behind a convolution or a linear layer become its weights, as TFLite's own converter does.
import type { GraphNode, InferredGraph, Params } from '../../ir/graph.ts';

/** The same net with fewer nodes: y = s·(W·x + b) + t = (s·W)·x + (s·b + t). */
export function foldedNorms(graph: InferredGraph, params: Params): { graph: InferredGraph; params: Params } {
  const readers = new Map<string, number>();
  for (const id of [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs])
    readers.set(id, (readers.get(id) ?? 0) + 1);
  const own = new Map(params);
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const renamed = new Map<string, string>();
  const changed = new Map<string, GraphNode>();
  for (const node of graph.nodes) {
    const maker = byId.get(node.inputs[0] ?? '');
    if (node.op !== 'batch_norm' || !maker || readers.get(maker.id) !== 1) continue;
    if (maker.op !== 'conv2d' && maker.op !== 'linear') continue;
    const tensor = (of: GraphNode, role: string): Float32Array => {
      const found = params.get(of.params[role] ?? '');
      if (!found) throw new Error(`the weights lack "${of.params[role]}"`);
      return found;
    };
    const { eps } = node.attrs as { eps: number };
    const variance = tensor(node, 'running_var');
    const scale = Float64Array.from(tensor(node, 'weight'), (s, c) => s / Math.sqrt(variance[c]! + eps));
    const weight = tensor(maker, 'weight');
    const each = weight.length / scale.length;
    own.set(
      maker.params.weight!,
      weight.map((value, i) => value * scale[Math.floor(i / each)]!),
    );
    const [shift, mean] = [tensor(node, 'bias'), tensor(node, 'running_mean')];
    const bias = maker.params.bias === undefined ? undefined : tensor(maker, 'bias');
    const name = maker.params.bias ?? `${maker.id}.folded_bias`;
    own.set(
      name,
      shift.map((value, c) => value + ((bias?.[c] ?? 0) - mean[c]!) * scale[c]!),
    );
    changed.set(maker.id, { ...maker, params: { ...maker.params, bias: name } });
    renamed.set(node.id, maker.id);
  }
  const nodes = graph.nodes
    .filter(({ id }) => !renamed.has(id))
    .map((node) => ({ ...(changed.get(node.id) ?? node), inputs: node.inputs.map((id) => renamed.get(id) ?? id) }));
  return { graph: { ...graph, nodes, outputs: graph.outputs.map((id) => renamed.get(id) ?? id) }, params: own };
}
