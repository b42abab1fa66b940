// `--batch N`: the plan for N inputs in one run, for the verbs that take it.
import { ShapeError } from '../gpu-kernels/op.ts';
import { withBatch } from '../graph/ir/batch.ts';
import type { InferredGraph } from '../graph/ir/graph.ts';
import { NetError, type Option } from './verb.ts';

export const batchOption: Option = {
  name: 'batch',
  value: 'N',
  range: { min: 1, max: 256, integer: true },
  doc: 'Inputs that one run takes together; 1 when not given.',
};

/** Throws {@link NetError} where the net is fixed to one input. */
export function batched(graph: InferredGraph, count = 1): InferredGraph {
  try {
    return withBatch(graph, count);
  } catch (error) {
    if (error instanceof ShapeError)
      throw new NetError(`${graph.name} has no plan for ${count} inputs: ${error.message}.`);
    throw error;
  }
}
