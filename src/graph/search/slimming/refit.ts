// The least-squares refit (He et al. 2017, channel pruning): layer after layer, a 1×1 convolution of the slimmed net is fitted to what the original one gave
// on the calibration pictures, from what the slimmed net gives it, so that errors do not add up.
import { evaluate, lastUses } from '../../ir/reference.ts';
import type { GraphNode } from '../../ir/graph.ts';
import { factorOf, solved } from './cholesky.ts';
import type { Rewritten, UnrolledNet } from './rewritten.ts';
import { ridgeOf } from './removal.ts';
import { covarianceOf, meanOf, placesOf, Rows } from './samples.ts';
import { isFitted } from './units.ts';

export interface RefitOptions {
  /** Maps of the original net at {@link placesOf}, by node. */
  readonly originals: ReadonlyMap<string, Rows>;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Changes `params` (of {@link cutParams}) in place: weights, and the mean that the norm behind takes off, or the bias. */
export function refit(
  { sets, graph: old }: UnrolledNet,
  { graph, was, kept }: Rewritten,
  params: Map<string, Float32Array>,
  inputs: readonly Float32Array[],
  { originals, onProgress }: RefitOptions,
): void {
  const last = lastUses(graph);
  const values = inputs.map((input) => new Map([[graph.inputs[0]!, input]]));
  let isChanged = false;
  graph.nodes.forEach((node, index) => {
    if (node.op !== 'input') {
      const before = was.get(node.id)!;
      isChanged ||= kept(sets.of(before.id)) !== undefined || old.nodes[index] !== before;
      const target = originals.get(before.id);
      if (isChanged && target && isFitted(node, graph)) {
        const rows = new Rows(graph.facts.get(node.inputs[0]!)!.shape.at(-1)!);
        values.forEach((own, picture) =>
          rows.add(own.get(node.inputs[0]!)!, placesOf(graph, node.inputs[0]!, picture)),
        );
        const behind = graph.nodes.find(({ inputs: [first] }) => first === node.id);
        fit(node, behind, rows, chosen(target, kept(sets.of(before.id))), params);
      }
      for (const own of values) own.set(node.id, evaluate(graph, node, params, own));
    }
    for (const own of values) for (const id of own.keys()) if (last.get(id) === index) own.delete(id);
    onProgress?.(index + 1, graph.nodes.length);
  });
}

function chosen(rows: Rows, columns: readonly number[] | undefined): Rows {
  if (!columns) return rows;
  const result = new Rows(columns.length);
  const row = new Float32Array(columns.length);
  for (let i = 0; i < rows.count; i++) {
    columns.forEach((column, at) => (row[at] = rows.values[i * rows.length + column]!));
    result.add(row, [0]);
  }
  return result;
}

/** Weights that stray from what they are only as far as the samples tell. */
function fit(
  node: GraphNode,
  behind: GraphNode | undefined,
  x: Rows,
  y: Rows,
  params: Map<string, Float32Array>,
): void {
  const weight = params.get(node.params.weight!)!;
  const [size, outputs] = [x.length, y.length];
  const covariance = covarianceOf(x, x);
  // What the weights as they are leave over: Cov(x, y) − Cov(x, x)·Wᵀ.
  const cross = covarianceOf(x, y);
  const rest = Array.from({ length: outputs }, (_, o) => {
    const own = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      let sum = cross[i * outputs + o]!;
      for (let j = 0, at = i * size; j < size; j++) sum -= covariance[at + j]! * weight[o * size + j]!;
      own[i] = sum;
    }
    return own;
  });
  const ridge = ridgeOf(covariance, size, x.count);
  for (let i = 0; i < size; i++) covariance[i * size + i] = covariance[i * size + i]! + ridge;
  const factor = factorOf({ size, values: covariance });
  const fitted = Float32Array.from(weight);
  const [mx, my] = [meanOf(x), meanOf(y)];
  const shift = new Float64Array(outputs);
  solved(factor, rest);
  rest.forEach((change, o) => {
    let mean = 0;
    for (let i = 0; i < size; i++) {
      fitted[o * size + i] = weight[o * size + i]! + change[i]!;
      mean += fitted[o * size + i]! * mx[i]!;
    }
    shift[o] = my[o]! - mean;
  });
  params.set(node.params.weight!, fitted);
  const [bias, moved] = [node.params.bias, behind?.op === 'batch_norm' ? behind.params.running_mean : undefined];
  // y is the layer's output with its bias: the bias takes up what the weights leave of the mean, or else the norm's mean does.
  if (bias !== undefined) params.set(bias, Float32Array.from(shift));
  else if (moved !== undefined)
    params.set(
      moved,
      params.get(moved)!.map((value, o) => value - shift[o]!),
    );
}
