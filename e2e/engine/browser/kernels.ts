// A few random steps of every float kernel, each a plan of one dispatch that goes through the client into the worker: the smoke set of the kernel tests.
import { reference, type FloatFamily, type Kernel, type Step } from '../../../src/gpu-kernels/families/index.ts';
import type { Capabilities } from '../../../src/gpu-kernels/kernel.ts';
import type { Numbers } from '../../../src/gpu-kernels/step.ts';
import type { JobClient } from '../../../src/workers/border/client.ts';
import { drawers, floatKernels } from '../../../tests/gpu/kernels/drawers.ts';
import { fill, Random } from '../../../tests/gpu/kernels/random-steps.ts';
import { distinctInputs, stepPlan } from '../../../tests/gpu/kernels/run-step.ts';
import type { PlanCalls } from './plans.ts';

export interface KernelReport {
  readonly kernel: string;
  readonly steps: number;
  /** Largest difference from the reference, relative to the largest number of it (at least 1). */
  readonly worst: number;
}

const wanted = 2;

/** Steps that the kernel takes in a plan for GPUs, or else for software adapters. */
function stepsFor(
  kernel: Kernel<FloatFamily>,
  caps: Capabilities,
): { readonly step: Step; readonly caps: Capabilities }[] {
  const random = new Random(kernel.name.length);
  const found: { step: Step; caps: Capabilities }[] = [];
  const kinds = drawers[kernel.family];
  for (let attempt = 0; attempt < 8000 && found.length < wanted; attempt++) {
    const step = kinds[attempt % kinds.length]?.(random);
    const taking = [false, true]
      .map((software) => ({ ...caps, software }))
      .find((either) => step && kernel.accepts(step, either, 'f32'));
    if (step && taking) found.push({ step, caps: taking });
  }
  return found;
}

export async function checkKernels(capabilities: Capabilities, client: JobClient<PlanCalls>): Promise<KernelReport[]> {
  const reports: KernelReport[] = [];
  for (const kernel of floatKernels) {
    const random = new Random(3);
    const steps = stepsFor(kernel, capabilities);
    let worst = 0;
    for (const { step, caps } of steps) {
      const data = fill(step, random);
      const plan = stepPlan(step, kernel, caps, 'f32');
      const tensors = new Map(Object.entries(data.weights));
      const inputs = distinctInputs(step).map(
        ({ id }) => data.inputs[step.inputs.findIndex((input) => input.id === id)] as Float32Array,
      );
      const ran = await client.call((calls, ticket) => calls.run(ticket, plan, tensors, inputs));
      if (!ran.ok) throw new Error(`${kernel.name}: ${ran.problem.message}`);
      const expected = Float64Array.from(reference(step, data)[0] as Numbers);
      const found = ran.value[0] as Float32Array;
      const scale = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
      expected.forEach((x, i) => {
        const gap = Math.abs(x - (found[i] as number)) / scale;
        worst = Number.isNaN(gap) ? Infinity : Math.max(worst, gap);
      });
    }
    reports.push({ kernel: kernel.name, steps: steps.length, worst });
  }
  return reports;
}
