// A few random steps of every fast kernel, each a plan of one dispatch that goes through the client into the worker: the smoke set of the kernel tests.
import type { Capabilities, Kernel } from '../../../src/gpu-kernels/kernel.ts';
import { kernels } from '../../../src/gpu-kernels/kernels/index.ts';
import type { Step } from '../../../src/gpu-kernels/step.ts';
import type { JobClient } from '../../../src/workers/border/client.ts';
import { draws } from '../../../tests/gpu/kernels/family-cases.ts';
import { fill, Random } from '../../../tests/gpu/kernels/random-steps.ts';
import { stepPlan } from '../../../tests/gpu/kernels/run-step.ts';
import type { PlanCalls } from './plans.ts';
import { referenceStep } from '../../../tests/gpu/kernels/step-reference.ts';

export interface KernelReport {
  readonly kernel: string;
  readonly steps: number;
  /** Largest difference from the reference, relative to the largest number of it (at least 1). */
  readonly worst: number;
}

const wanted = 2;

/** Steps that the kernel takes in a plan for GPUs, or else for software adapters. */
function stepsFor(kernel: Kernel, caps: Capabilities): { readonly step: Step; readonly caps: Capabilities }[] {
  const random = new Random(kernel.name.length);
  const found: { step: Step; caps: Capabilities }[] = [];
  const kinds = draws[kernel.family] ?? [];
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
  for (const kernel of kernels.filter(({ family }) => draws[family])) {
    const random = new Random(3);
    const steps = stepsFor(kernel, capabilities);
    let worst = 0;
    for (const { step, caps } of steps) {
      const data = fill(step, random);
      const plan = stepPlan(step, kernel, caps, 'f32');
      const tensors = new Map(Object.entries(data.weights));
      const inputs = plan.inputs.map(({ node }) => data.inputs.get(node) as Float32Array);
      const ran = await client.call((calls, ticket) => calls.run(ticket, plan, tensors, inputs));
      if (!ran.ok) throw new Error(`${kernel.name}: ${ran.problem.message}`);
      const reference = referenceStep(step, data)[0] as Float32Array;
      const found = ran.value[0] as Float32Array;
      const scale = reference.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
      reference.forEach((x, i) => {
        const gap = Math.abs(x - (found[i] as number)) / scale;
        worst = Number.isNaN(gap) ? Infinity : Math.max(worst, gap);
      });
    }
    reports.push({ kernel: kernel.name, steps: steps.length, worst });
  }
  return reports;
}
