// One step, one kernel, one dispatch: a plan of a single dispatch around a kernel under test, carried out by the real executor.
import type { StepData } from '../../../src/gpu-kernels/families/family.ts';
import type { Kernel, Step } from '../../../src/gpu-kernels/families/index.ts';
import type { Capabilities, Precision } from '../../../src/gpu-kernels/kernel.ts';
import { packedBytes } from '../../../src/gpu-kernels/packing/weight-expr.ts';
import { storedVectors } from '../../../src/gpu-kernels/wgsl/shader.ts';
import type { Numbers, Value, WeightExpr } from '../../../src/gpu-kernels/step.ts';
import type { Plan } from '../../../src/graph/plan/plan.ts';
import type { OpenDevice } from '../../../src/workers/engine/device.ts';
import { Program } from '../../../src/workers/engine/program.ts';
import { firstRate } from '../../../src/graph/plan/schedule.ts';

export interface RunStepOptions {
  readonly caps?: Capabilities;
  readonly precision?: Precision;
}

/** Distinct inputs, in the order of their first use. */
export const distinctInputs = (step: Step): Value[] =>
  [...new Map([...step.inputs].reverse().map((value) => [value.id, value])).values()].reverse();

export function stepPlan(step: Step, kernel: Kernel, caps: Capabilities, precision: Precision): Plan {
  const built = kernel.build(step, caps, precision);
  const inputs = distinctInputs(step);
  const values = [...inputs, ...step.outputs];
  const slot = (id: string): number => values.findIndex((value) => value.id === id);
  const bytes = values.map(({ shape, type }) => storedVectors(shape) * ((type ?? precision) === 'f16' ? 8 : 16));
  const roles = Object.keys(built.weights);
  return {
    version: 1,
    net: kernel.name,
    for: caps.software ? 'software' : 'gpu',
    precision,
    inputs: inputs.map((value) => ({
      node: value.id,
      shape: value.shape,
      slot: slot(value.id),
      offset: 0,
      type: value.type ?? precision,
    })),
    outputs: step.outputs.map((value) => ({
      node: value.id,
      shape: value.shape,
      slot: slot(value.id),
      offset: 0,
      type: value.type ?? precision,
    })),
    modules: [built.wgsl],
    dispatches: [
      {
        kernel: kernel.name,
        from: step.from,
        module: 0,
        workgroups: built.workgroups,
        bindings: built.bindings.map((binding) => {
          if (binding.kind === 'weight') return { weight: roles.indexOf(binding.role) };
          const own = slot((binding.kind === 'input' ? step.inputs : step.outputs)[binding.index]?.id ?? '');
          return { slot: own, offset: 0, bytes: bytes[own] ?? 0, write: binding.kind === 'output' };
        }),
        macs: 0,
        bytes: 0,
      },
    ],
    slots: bytes,
    lives: [],
    weights: Object.values(built.weights).map((packed) => ({
      ...packed,
      sources: packed.roles.map((role) => step.weights[role] as WeightExpr),
      bytes: packedBytes(packed, precision),
    })),
    activationBytes: 0,
    activationLowerBound: 0,
    weightBytes: 0,
  };
}

/** Loads and runs the step once; its outputs in their logical layout. Throws ShaderError when the kernel's text does not compile. */
export async function runStep(
  open: OpenDevice,
  kernel: Kernel,
  step: Step,
  data: StepData,
  options: RunStepOptions = {},
): Promise<Float32Array[]> {
  const plan = stepPlan(step, kernel, options.caps ?? open.capabilities, options.precision ?? 'f32');
  const program = await Program.load(open, plan, (name) => data.weights[name] as Numbers, {
    rate: firstRate(true),
  });
  try {
    const inputs = plan.inputs.map(
      ({ node }) => data.inputs[step.inputs.findIndex(({ id }) => id === node)] as Float32Array,
    );
    return await program.run(inputs, { read: step.outputs.map((_, index) => index) });
  } finally {
    program.destroy();
  }
}
