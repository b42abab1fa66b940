// One graph, one run, on an open device: what verification and tests need, built from the parts that the worker keeps alive.
import type { Precision } from '../../gpu-kernels/kernel.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { makePlan } from '../../graph/plan/make-plan.ts';
import type { OpenDevice } from './device.ts';
import { Program } from './program.ts';
import { firstRate } from '../../graph/plan/schedule.ts';

export interface ExecuteOptions {
  readonly precision?: Precision;
  /** Nodes whose outputs come back besides the graph's outputs. */
  readonly keep?: readonly string[];
  /** Passes to switch off. */
  readonly without?: readonly string[];
}

/**
 * Plans, loads, runs and frees. Outputs by node id in their logical layout, channel last.
 * Throws PlanError, LoweringError, OutOfMemoryError or ShaderError.
 */
export async function executeGraph(
  open: OpenDevice,
  graph: InferredGraph,
  params: ReadonlyMap<string, Float32Array>,
  inputs: readonly Float32Array[],
  { precision = 'f32', keep = [], without = [] }: ExecuteOptions = {},
): Promise<Map<string, Float32Array>> {
  const plan = makePlan(graph, { caps: open.capabilities, precision, keep, without, limits: open.limits });
  const tensors = (name: string): Float32Array => {
    const data = params.get(name);
    if (!data) throw new Error(`the checkpoint has no tensor "${name}"`);
    return data;
  };
  const program = await Program.load(open, plan, tensors, { rate: firstRate(open.adapter.software) });
  try {
    const results = await program.run(inputs, { read: plan.outputs.map((_, index) => index) });
    return new Map(plan.outputs.map((output, index) => [output.node, results[index] as Float32Array]));
  } finally {
    program.destroy();
  }
}
