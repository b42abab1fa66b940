// A step program with its constants on an open device: how folded and quantized nets run while they are calibrated, compared and tested.
import type { Numbers } from '../../gpu-kernels/step.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { assemblePlan } from '../../graph/plan/make-plan.ts';
import type { Plan } from '../../graph/plan/plan.ts';
import { firstRate } from '../../graph/plan/schedule.ts';
import type { StepProgram } from '../../graph/lower/steps.ts';
import type { OpenDevice } from './device.ts';
import { Program } from './program.ts';

export interface LoadedProgram {
  readonly plan: Plan;
  readonly program: Program;
  /** All outputs by node; bytes come as their integers. */
  run(input: Float32Array): Promise<Map<string, Float32Array>>;
}

/** `steps`: passes done. Throws PlanError, OutOfMemoryError, ShaderError, or Error when a constant is missing. */
export async function loadProgram(
  open: OpenDevice,
  graph: Pick<InferredGraph, 'name' | 'facts'>,
  steps: StepProgram,
  constants: ReadonlyMap<string, Numbers>,
): Promise<LoadedProgram> {
  const plan = assemblePlan(graph, steps, { caps: open.capabilities, limits: open.limits });
  const tensors = (name: string): Numbers => {
    const data = constants.get(name);
    if (!data) throw new Error(`the net has no constant "${name}"`);
    return data;
  };
  const program = await Program.load(open, plan, tensors, { rate: firstRate(open.adapter.software) });
  const all = plan.outputs.map((_, index) => index);
  return {
    plan,
    program,
    async run(input) {
      const results = await program.run([input], { read: all });
      return new Map(plan.outputs.map(({ node }, i) => [node, results[i] as Float32Array]));
    },
  };
}
