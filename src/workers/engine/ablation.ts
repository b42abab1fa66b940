// A swap timed: the net and its variant in pairs on this device, and what the swap does to parameters and MACs, which needs none.
import type { Precision } from '../../gpu-kernels/kernel.ts';
import { accounting } from '../../graph/cost/cost.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { planOn } from './device-choices.ts';
import type { OpenDevice } from './device.ts';
import { madeUpTensors } from './made-up.ts';
import { timePairs, type PairHooks, type Pairs } from './pairs.ts';

/** What a swap adds, or with a minus takes away. */
export interface Counts {
  readonly params: number;
  readonly macs: number;
}

export function countsOf(graph: InferredGraph): Counts {
  const { total } = accounting(graph);
  return { params: total.params, macs: total.macs.total };
}

export function timeVariant(
  open: OpenDevice,
  net: InferredGraph,
  variant: InferredGraph,
  precision: Precision,
  hooks: PairHooks = {},
): Promise<Pairs> {
  const contestant = (graph: InferredGraph) => ({
    plan: planOn(open, graph, { precision }),
    tensors: madeUpTensors(graph),
  });
  return timePairs(open, contestant(net), contestant(variant), hooks);
}
