// The forward pass of quantization-aware training: values and weights are rounded where the integer net rounds, and nowhere else.
import { rangeQuant, rangeUpdate, weightQuant } from '../../gpu-kernels/gradients/fake-quant.ts';
import { normFactor } from '../../gpu-kernels/gradients/norm.ts';
import { mul, sub } from '../../gpu-kernels/ops/arithmetic.ts';
import { constant } from '../../gpu-kernels/ops/constant.ts';
import { elementFunction } from '../../gpu-kernels/ops/functions.ts';
import { ops } from '../../gpu-kernels/ops/index.ts';
import { reshape } from '../../gpu-kernels/ops/layout.ts';
import type { Shape } from '../../gpu-kernels/shape.ts';
import type { GraphNode, InferredGraph } from '../ir/graph.ts';
import type { TrainNodes } from './train-nodes.ts';
import { addPlain, addTrained, type StateUpdate } from './training-form.ts';

export interface FakeQuant {
  /** `frozen`: norms are folded by their running statistics. `batch`: folded by the running variance, normalized by the batch (ConvBn). */
  readonly bn: 'frozen' | 'batch';
  /** Weight of the old range when a batch's is mixed in. */
  readonly emaDecay: number;
}

/** Name of the state that holds a rounding point's `[low, high]`: NaN before the first batch. */
export const rangeName = (point: string): string => `range:${point}`;

/** `evaluate`: ranges and running statistics as they are, and no updates. */
export function addFakeQuantized(
  g: TrainNodes,
  graph: InferredGraph,
  { bn, emaDecay }: FakeQuant,
  evaluate = false,
): StateUpdate[] {
  const updates: StateUpdate[] = [];
  /** Node → what its readers read instead: the rounded value, or the product that has taken over its norm. */
  const reads = new Map<string, string>();
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes)
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  const only = (id: string): GraphNode | undefined =>
    readers.get(id)?.length === 1 ? readers.get(id)?.[0] : undefined;
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));

  const round = (node: GraphNode, point: string): void => {
    const x = reads.get(node.id) ?? node.id;
    const name = rangeName(point);
    const range = evaluate
      ? g.add(constant, { shape: [2] }, [], { value: name })
      : g.add(rangeUpdate, { decay: emaDecay }, [x], { range: name });
    if (!evaluate) updates.push({ name, value: range, replaces: true });
    reads.set(node.id, g.add(rangeQuant, node.op === 'mean' ? { ties: true } : {}, [x, range]));
  };

  for (const original of graph.nodes) {
    const node = { ...original, inputs: original.inputs.map((id) => reads.get(id) ?? id) };
    const norm = node.op === 'conv2d' ? only(node.id) : undefined;
    if (node.op === 'conv2d' && norm?.op === 'batch_norm') addFolded(g, graph, node, norm, bn, reads);
    else if (node.op === 'conv2d' || node.op === 'linear') addRounded(g, graph, node);
    else if (node.op === 'batch_norm' && reads.get(node.id) !== undefined) void 0;
    else if (node.op === 'batch_norm' && bn === 'batch' && !evaluate) updates.push(...addTrained(g, node));
    else addPlain(g, node);
    const product = productOf(byId, original);
    const goesOn = ops[only(node.id)?.op ?? 'input'].clamp !== undefined;
    if (product && !(original.op !== 'batch_norm' ? false : goesOn)) round(original, product.id);
    else if (node.op === 'input' || node.op === 'add' || node.op === 'mean') round(original, node.id);
  }
  return updates;
}

/** The convolution whose result a norm, or the clamp behind its norm, is the last word on. */
function productOf(byId: ReadonlyMap<string, GraphNode>, node: GraphNode): GraphNode | undefined {
  const before = byId.get(node.inputs[0] ?? '');
  if (node.op === 'batch_norm') return before?.op === 'conv2d' ? before : undefined;
  return ops[node.op].clamp !== undefined && before?.op === 'batch_norm' ? productOf(byId, before) : undefined;
}

const parameter = (g: TrainNodes, graph: InferredGraph, node: GraphNode, role: string): string => {
  const shape = graph.facts.get(node.id)?.params.find((param) => param.role === role)?.shape as Shape;
  return g.add(constant, { shape: [...shape] }, [], { value: node.params[role] as string });
};

function addRounded(g: TrainNodes, graph: InferredGraph, node: GraphNode): void {
  const weight = g.add(weightQuant, {}, [parameter(g, graph, node, 'weight')]);
  g.addAs(node.id, ops[node.op], node.attrs, node.inputs, { ...node.params, weight });
}

/** The convolution with its norm's factor γ / sqrt(running variance + eps) in the weights. */
function addFolded(
  g: TrainNodes,
  graph: InferredGraph,
  node: GraphNode,
  norm: GraphNode,
  bn: FakeQuant['bn'],
  reads: Map<string, string>,
): void {
  const { eps } = norm.attrs as { readonly eps: number };
  const own = (role: string): string => parameter(g, graph, norm, role);
  const { weight: gamma, running_var } = norm.params as Record<'weight' | 'running_var', string>;
  const [width] = graph.facts.get(norm.id)?.params[0]?.shape as [number];
  const factor = g.add(normFactor, { eps, channels: width }, [], { weight: gamma, running_var });
  const shaped = (id: string, shape: number[]): string => g.add(reshape, { to: 'shape', shape }, [id]);
  const folded = g.add(mul, {}, [parameter(g, graph, node, 'weight'), shaped(factor, [width, 1, 1, 1])]);
  const weight = g.add(weightQuant, {}, [folded]);
  if (bn === 'frozen') {
    const bias = g.add(sub, {}, [own('bias'), g.add(mul, {}, [own('running_mean'), factor])]);
    g.addAs(node.id, ops.conv2d, { ...(node.attrs as object), bias: true }, node.inputs, { weight, bias });
    reads.set(norm.id, node.id);
  } else {
    g.addAs(node.id, ops.conv2d, node.attrs, node.inputs, { weight });
    reads.set(
      node.id,
      g.add(mul, {}, [node.id, shaped(g.add(elementFunction, { of: 'reciprocal' }, [factor]), [1, 1, 1, width])]),
    );
  }
}
