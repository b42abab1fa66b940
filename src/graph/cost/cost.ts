// What a net costs, node by node and in total, by one stated convention: the cost model of tables, plans and golden records.
import { elements, macsByKind, type MacKind, type Shape } from '../../gpu-kernels/op.ts';
import { ops } from '../../gpu-kernels/ops/index.ts';
import { receptiveFields, type ReceptiveField } from './window-cost.ts';
import type { GraphNode, InferredGraph, NodeFacts } from '../ir/graph.ts';
import { lastUses } from '../ir/reference.ts';

/** How everything below is counted; shown wherever the numbers are. */
export const countingConvention = `Counted at batch 1, node by node, before any fusion:
- params: trainable tensors; running statistics and fixed tables are left out.
- MACs: one multiply and one add count once. Convolutions (squeeze-excite included), linear layers and attention's two matrix
  products are kept apart; bias, norms, activations, pooling, resizing and softmax count 0.
  A blur (a fixed depthwise filter) counts in the total alone.
- activations: elements written by convolutions, linear layers, blurs and attention's products (scores and weighted sums).
- bytes: every input, output and weight of a node once (running statistics included); a reshape moves nothing. A fused plan moves less.
- peak memory: the largest sum of values alive at one node, its inputs and output included, without weights and without padding.
- receptive field and stride: through convolution and pooling windows, in input pixels, not cut at the border. Global pooling and
  attention see the whole picture; a gate that only scales channels (squeeze-excite) does not widen it.`;

export interface ByKind {
  readonly conv: number;
  readonly linear: number;
  readonly attention: number;
}

export interface NodeCost {
  readonly id: string;
  readonly params: number;
  /** Of all kinds together. */
  readonly macs: number;
  readonly macsByKind: ByKind;
  /** Elements by the `activations` convention; 0 for nodes that are no convolution, linear layer, blur or product. */
  readonly activations: number;
  /** Bytes read and written: inputs + outputs + weights. */
  readonly bytes: number;
  /** Bytes of activations alive while the node runs. */
  readonly liveBytes: number;
  readonly view: ReceptiveField;
}

export interface TotalCost {
  readonly params: number;
  /** `total` is more than the kinds together only where there are blurs. */
  readonly macs: ByKind & { readonly total: number };
  readonly activations: number;
  /** Elements written by convolutions alone. */
  readonly convOutputs: number;
  readonly bytes: number;
  readonly weightBytes: number;
  readonly peakLiveBytes: number;
  /** Node at which the peak is reached. */
  readonly peakAt: string;
  /** Receptive field and stride of `viewAt`, the last node that does not see the whole picture. */
  readonly view: ReceptiveField;
  readonly viewAt: string;
}

export interface Accounting {
  readonly nodes: readonly NodeCost[];
  readonly total: TotalCost;
}

/** Counts a net whose values and weights take `bytesPerElement` (4 = float32, 2 = float16, 1 = int8). */
export function accounting(graph: InferredGraph, bytesPerElement = 4): Accounting {
  const facts = (id: string): NodeFacts => graph.facts.get(id) as NodeFacts;
  const size = (id: string): number => elements(facts(id).shape);
  const live = liveElements(graph);
  const views = receptiveFields(graph);
  const macs = { conv: 0, linear: 0, attention: 0, total: 0 };
  const seen = new Set<string>();
  let [params, activations, convOutputs, bytes, weights, peak, peakAt] = [0, 0, 0, 0, 0, 0, ''];

  const nodes = graph.nodes.map((node, index): NodeCost => {
    const own = facts(node.id);
    let ownWeights = 0;
    for (const { name, shape, trainable } of own.params) {
      ownWeights += elements(shape);
      // A tensor that two nodes share is stored, and counted, once.
      if (seen.has(name)) continue;
      seen.add(name);
      weights += elements(shape);
      if (trainable) params += elements(shape);
    }
    const kinds = nodeMacs(graph, node);
    for (const kind of ['conv', 'linear', 'attention'] as const) macs[kind] += kinds[kind];
    macs.total += own.macs;
    const written = activationElements(graph, node, kinds);
    convOutputs += written.conv ?? 0;
    const ownActivations = Object.values(written).reduce((sum, count) => sum + count, 0);
    activations += ownActivations;
    const inputs = new Set(node.inputs);
    const moved = ops[node.op].alias
      ? 0
      : [...inputs].reduce((sum, id) => sum + size(id), size(node.id) + ownWeights) * bytesPerElement;
    bytes += moved;
    const liveBytes = (live[index] as number) * bytesPerElement;
    if (liveBytes > peak) [peak, peakAt] = [liveBytes, node.id];
    const view = views.get(node.id) as ReceptiveField;
    return {
      id: node.id,
      params: own.parameterCount,
      macs: own.macs,
      macsByKind: kinds,
      activations: ownActivations,
      bytes: moved,
      liveBytes,
      view,
    };
  });

  const local = lastLocal(nodes);
  const total = {
    params,
    macs,
    activations,
    convOutputs,
    bytes,
    weightBytes: weights * bytesPerElement,
    peakLiveBytes: peak,
    peakAt,
    view: local.view,
    viewAt: local.id,
  };
  return { nodes, total };
}

const shapesOf = (graph: InferredGraph, ids: readonly string[]): Shape[] =>
  ids.map((id) => (graph.facts.get(id) as NodeFacts).shape);

function nodeMacs(graph: InferredGraph, node: GraphNode): ByKind {
  const shapes = shapesOf(graph, node.inputs);
  const { conv = 0, linear = 0, attention = 0 } = macsByKind(ops[node.op], shapes, node.attrs);
  return { conv, linear, attention };
}

/** Elements written by each kind of work; an op without a count of its own writes its output where it has multiply-accumulates. */
function activationElements(
  graph: InferredGraph,
  node: GraphNode,
  macs: ByKind,
): Readonly<Partial<Record<MacKind, number>>> {
  const [output] = shapesOf(graph, [node.id]) as [Shape];
  const own = ops[node.op].activations?.(shapesOf(graph, node.inputs), output, node.attrs);
  const written = (kind: keyof ByKind): number => (macs[kind] > 0 ? elements(output) : 0);
  return own ?? { conv: written('conv'), linear: written('linear'), attention: written('attention') };
}

function lastLocal(nodes: readonly NodeCost[]): NodeCost {
  return nodes.findLast(({ view }) => !view.whole) ?? (nodes.at(-1) as NodeCost);
}

/** Elements alive while each node runs; a reshape shares the memory of what it reshapes. */
function liveElements(graph: InferredGraph): number[] {
  const last = lastUses(graph);
  const owner = new Map<string, string>();
  for (const node of graph.nodes) {
    const source = ops[node.op].alias ? node.inputs[0] : undefined;
    const root = source === undefined ? node.id : (owner.get(source) as string);
    owner.set(node.id, root);
    last.set(root, Math.max(last.get(root) as number, last.get(node.id) as number));
  }
  const ending = graph.nodes.map((): string[] => []);
  for (const [id, root] of owner) if (id === root) ending[last.get(id) as number]?.push(id);
  let alive = 0;
  return graph.nodes.map((node, index) => {
    if (owner.get(node.id) === node.id) alive += elements((graph.facts.get(node.id) as NodeFacts).shape);
    const now = alive;
    for (const id of ending[index] as string[]) alive -= elements((graph.facts.get(id) as NodeFacts).shape);
    return now;
  });
}
