// The attention matrices that an attention node computes on its way and never stores, from its stored queries and keys.
import { elements, type Shape } from '../../gpu-kernels/op.ts';
import { biasTable, headLayouts, type AttentionAttrs } from '../../gpu-kernels/ops/attention-layout.ts';
import { softmaxInPlace } from '../../gpu-kernels/ops/softmax.ts';
import type { GraphNode, InferredGraph, Params } from '../ir/graph.ts';

export interface AttentionWeights {
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  /** `[heads, queries, keys]`; every row sums to one. */
  readonly values: Float32Array;
}

/** Nodes whose values {@link attentionWeights} needs: queries and keys, which may be one packed tensor. */
export const attentionOperands = (node: GraphNode): readonly string[] => [...new Set(node.inputs.slice(0, 2))];

/**
 * softmax(q·kᵀ·scale + bias) per head, with the mixing of talking heads before the softmax; their mixing after it is left out, since its
 * rows sum to nothing in particular. Throws RangeError when a value is missing.
 */
export function attentionWeights(
  graph: InferredGraph,
  params: Params,
  node: GraphNode,
  values: ReadonlyMap<string, Float32Array>,
): AttentionWeights {
  const attrs = node.attrs as AttentionAttrs;
  const [qId, kId] = [node.inputs[0] as string, node.inputs[1] ?? (node.inputs[0] as string)];
  const [q, k] = [values.get(qId), values.get(kId)];
  if (!q || !k) throw new RangeError(`the queries or keys of "${node.id}" are missing`);
  const shapeOf = (id: string): Shape => graph.facts.get(id)?.shape as Shape;
  const [qChannels, kChannels] = [shapeOf(qId).at(-1) as number, shapeOf(kId).at(-1) as number];
  const [queries, keys] = [elements(shapeOf(qId)) / qChannels, elements(shapeOf(kId)) / kChannels];
  const parameter = (role: string): Float32Array | undefined => params.get(node.params[role] ?? '');
  const table = attrs.bias && biasTable(attrs.bias);
  const biases = parameter('attention_biases');
  const mix = attrs.talkingHeads
    ? { weight: parameter('talking_head1.weight'), bias: parameter('talking_head1.bias') }
    : undefined;
  const layout = headLayouts(attrs);
  const shared = attrs.heads / attrs.kvHeads;
  const result = new Float32Array(attrs.heads * queries * keys);
  for (let i = 0; i < queries; i++) {
    let rows = Array.from({ length: attrs.heads }, (_, head) => {
      const fromQ = i * qChannels + layout.q.offset + head * layout.q.headStride;
      const fromK = layout.k.offset + Math.floor(head / shared) * layout.k.headStride;
      return Float64Array.from({ length: keys }, (_, j) => {
        let score = 0;
        for (let d = 0; d < attrs.keyDim; d++)
          score += (q[fromQ + d] as number) * (k[fromK + j * kChannels + d] as number);
        const bias =
          table && biases ? (biases[head * table.entries + (table.index[i * keys + j] as number)] as number) : 0;
        return score * attrs.scale + bias;
      });
    });
    if (mix) {
      const plain = rows;
      rows = plain.map((_, head) =>
        Float64Array.from({ length: keys }, (_, j) =>
          plain.reduce(
            (sum, row, g) => sum + (mix.weight?.[head * attrs.heads + g] as number) * (row[j] as number),
            mix.bias?.[head] as number,
          ),
        ),
      );
    }
    rows.forEach((row, head) => {
      softmaxInPlace(row);
      result.set(row, (head * queries + i) * keys);
    });
  }
  return { heads: attrs.heads, queries, keys, values: result };
}
