// Where a classifier finds a class: the layers behind the global pooling, applied at every position of the map before it.
// For a head that is one linear layer this is the class-activation map of Zhou et al., arXiv 1512.04150, eq. 2, with the bias.
import { elements, type Shape } from '../../../gpu-kernels/op.ts';
import { ops } from '../../../gpu-kernels/ops/index.ts';
import type { GraphNode, InferredGraph, Params } from '../../ir/graph.ts';

export interface Pooling {
  /** The node whose map is pooled. */
  readonly map: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** The pooling itself and everything behind it, in order. */
  readonly pool: GraphNode;
  readonly head: readonly GraphNode[];
}

/** The last global pooling before the answer; undefined where there is none (a class token) or the head reads other layers too. */
export function findPooling(graph: InferredGraph): Pooling | undefined {
  const index = graph.nodes.findLastIndex((node) => node.op === 'mean' && pooledMap(graph, node) !== undefined);
  const pool = graph.nodes[index];
  const size = pool && pooledMap(graph, pool);
  if (!pool || !size) return undefined;
  const head = graph.nodes.slice(index + 1);
  const known = new Set([pool.id, ...head.map(({ id }) => id)]);
  if (head.length === 0 || head.some(({ inputs }) => inputs.some((id) => !known.has(id)))) return undefined;
  return { map: pool.inputs[0] as string, ...size, pool, head };
}

/** Size of the map that a node averages away; tokens count as a map where they were one. */
function pooledMap(
  graph: InferredGraph,
  { id, inputs }: GraphNode,
): { height: number; width: number; channels: number } | undefined {
  const shapeOf = (node: string): Shape => graph.facts.get(node)?.shape ?? [];
  const input = shapeOf(inputs[0] ?? '');
  const channels = input.at(-1) as number;
  // Everything but the channels is gone.
  if (elements(shapeOf(id)) !== channels || elements(input) === channels) return undefined;
  if (input.length === 4) return { height: input[1] as number, width: input[2] as number, channels };
  const side = Math.sqrt(input[1] as number);
  return Number.isInteger(side) ? { height: side, width: side, channels } : undefined;
}

/**
 * Logit of `classIndex` at every position, `[height, width]`: what the head would answer if the whole map looked like that position.
 * `map`: values of `pooling.map`.
 */
export function classMap(
  graph: InferredGraph,
  params: Params,
  pooling: Pooling,
  map: Float32Array,
  classIndex: number,
): Float32Array {
  const { height, width, channels, pool, head } = pooling;
  const shapeOf = (node: string): Shape => graph.facts.get(node)?.shape as Shape;
  const weights = head.map((node) =>
    Object.fromEntries(
      (graph.facts.get(node.id)?.params ?? []).map(({ role, name }) => [role, params.get(name) as Float32Array]),
    ),
  );
  const result = new Float32Array(height * width);
  for (let position = 0; position < result.length; position++) {
    const values = new Map<string, Float32Array>([
      [pool.id, map.slice(position * channels, (position + 1) * channels)],
    ]);
    head.forEach((node, i) => {
      const signature = { inputs: node.inputs.map(shapeOf), output: shapeOf(node.id), attrs: node.attrs };
      const operands = node.inputs.map((id) => values.get(id) as Float32Array);
      values.set(node.id, ops[node.op].reference(operands, weights[i] as Record<string, Float32Array>, signature));
    });
    result[position] = values.get(graph.outputs[0] ?? '')?.[classIndex] as number;
  }
  return result;
}

/** The node whose values the last linear layer reads: the pooled features that a new head can be taught on. */
export function featureNode(graph: InferredGraph): string | undefined {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  let node = byId.get(graph.outputs[0] ?? '');
  while (node && node.op !== 'linear' && node.op !== 'conv2d') node = byId.get(node.inputs[0] ?? '');
  const shape = graph.facts.get(node?.inputs[0] ?? '')?.shape;
  // One vector a picture.
  return node && shape && elements(shape) === shape.at(-1) ? node.inputs[0] : undefined;
}
