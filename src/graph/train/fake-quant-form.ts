// The forward pass of quantization-aware training: values and weights are rounded where the integer net rounds, and nowhere else.
import { rangeQuant, rangeUpdate, weightQuant } from '../../gpu-kernels/gradients/fake-quant.ts';
import { normFactor } from '../../gpu-kernels/gradients/norm.ts';
import { mul, sub } from '../../gpu-kernels/ops/arithmetic.ts';
import { constant } from '../../gpu-kernels/ops/constant.ts';
import { elementFunction } from '../../gpu-kernels/ops/functions.ts';
import { ops } from '../../gpu-kernels/ops/index.ts';
import { reshape } from '../../gpu-kernels/ops/layout.ts';
import { elements, type Shape } from '../../gpu-kernels/shape.ts';
import type { GraphNode, InferredGraph } from '../ir/graph.ts';
import { levelsOf, type WeightBits } from '../quant/scheme.ts';
import type { TrainNodes } from './train-nodes.ts';
import { addPlain, addTrained, type StateUpdate } from './training-form.ts';

export interface FakeQuant {
  /** `frozen`: norms are folded by their running statistics. `batch`: folded by the running variance, normalized by the batch (ConvBn). */
  readonly bn: 'frozen' | 'batch';
  /** Weight of the old range when a batch's is mixed in; 1: ranges stay as they begin. */
  readonly emaDecay: number;
  /** Of a weight; 8 when not given. */
  readonly bits?: WeightBits;
  /** One scale a tensor in place of one an output channel. */
  readonly perTensor?: boolean;
}

/** Name of the state that holds a rounding point's `[low, high]`: NaN before the first batch. */
export const rangeName = (point: string): string => `range:${point}`;

/** Where the integer net rounds: the layer that a range is called by, and the value that becomes bytes there. */
export function roundingPoints(graph: InferredGraph): ReadonlyMap<string, string> {
  const point = pointsOf(graph);
  return new Map(
    graph.nodes.flatMap((node) => {
      const found = point(node);
      return found === undefined ? [] : [[found, node.id] as const];
    }),
  );
}

/** `evaluate`: ranges and running statistics as they are, and no updates. */
export function addFakeQuantized(
  g: TrainNodes,
  graph: InferredGraph,
  form: FakeQuant,
  evaluate = false,
): StateUpdate[] {
  const { bn, emaDecay } = form;
  const updates: StateUpdate[] = [];
  const pointOf = pointsOf(graph);
  const only = readersOf(graph);
  /** Node → what its readers read instead: the rounded value, or the product that has taken over its norm. */
  const reads = new Map<string, string>();

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
    if (node.op === 'conv2d' && norm?.op === 'batch_norm') addFolded(g, graph, node, norm, form, reads);
    else if (node.op === 'conv2d' || node.op === 'linear') addRounded(g, graph, node, form);
    else if (node.op === 'batch_norm' && reads.get(node.id) !== undefined) void 0;
    else if (node.op === 'batch_norm' && bn === 'batch' && !evaluate) updates.push(...addTrained(g, node));
    else addPlain(g, node);
    const point = pointOf(original);
    if (point !== undefined) round(original, point);
  }
  return updates;
}

type Find<K> = (of: K) => GraphNode | undefined;

/** The one reader of a value. */
function readersOf(graph: InferredGraph): Find<string> {
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes)
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  return (id) => (readers.get(id)?.length === 1 ? readers.get(id)?.[0] : undefined);
}

/** The name of the rounding that stands behind a node, if one does. */
function pointsOf(graph: InferredGraph): (node: GraphNode) => string | undefined {
  const only = readersOf(graph);
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  return (node) => {
    const product = productOf(byId, node);
    const goesOn = node.op === 'batch_norm' && ops[only(node.id)?.op ?? 'input'].clamp !== undefined;
    if (product && !goesOn) return product.id;
    return node.op === 'input' || node.op === 'add' || node.op === 'mean' ? node.id : undefined;
  };
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

/** A weight on its grid. */
function rounded(g: TrainNodes, weight: string, { bits = 8, perTensor = false }: FakeQuant): string {
  const levels = levelsOf(bits);
  if (!perTensor) return g.add(weightQuant, { levels }, [weight]);
  const shape = [...g.shape(weight)];
  const shaped = (id: string, to: number[]): string => g.add(reshape, { to: 'shape', shape: to }, [id]);
  return shaped(g.add(weightQuant, { levels }, [shaped(weight, [1, elements(shape)])]), shape);
}

function addRounded(g: TrainNodes, graph: InferredGraph, node: GraphNode, form: FakeQuant): void {
  const weight = rounded(g, parameter(g, graph, node, 'weight'), form);
  g.addAs(node.id, ops[node.op], node.attrs, node.inputs, { ...node.params, weight });
}

/** The convolution with its norm's factor γ / sqrt(running variance + eps) in the weights. */
function addFolded(
  g: TrainNodes,
  graph: InferredGraph,
  node: GraphNode,
  norm: GraphNode,
  form: FakeQuant,
  reads: Map<string, string>,
): void {
  const { eps } = norm.attrs as { readonly eps: number };
  const own = (role: string): string => parameter(g, graph, norm, role);
  const { weight: gamma, running_var } = norm.params as Record<'weight' | 'running_var', string>;
  const [width] = graph.facts.get(norm.id)?.params[0]?.shape as [number];
  const factor = g.add(normFactor, { eps, channels: width }, [], { weight: gamma, running_var });
  const shaped = (id: string, shape: number[]): string => g.add(reshape, { to: 'shape', shape }, [id]);
  const folded = g.add(mul, {}, [parameter(g, graph, node, 'weight'), shaped(factor, [width, 1, 1, 1])]);
  const weight = rounded(g, folded, form);
  if (form.bn === 'frozen') {
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
