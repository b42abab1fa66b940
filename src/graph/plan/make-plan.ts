// From a graph to a plan: lower, run the passes, choose kernels, build their text, assign buffers.
import type { BuiltKernel, Capabilities, Precision } from '../../gpu-kernels/kernel.ts';
import type { Kernel, Step } from '../../gpu-kernels/families/index.ts';
import type { Value, WeightExpr } from '../../gpu-kernels/step.ts';
import { chooseKernel } from '../../gpu-kernels/kernels/index.ts';
import { packedBytes } from '../../gpu-kernels/packing/weight-expr.ts';
import type { InferredGraph } from '../ir/graph.ts';
import { lower } from '../lower/lower.ts';
import { LoweringError } from '../lower/lowering-error.ts';
import { runPasses } from '../lower/passes/index.ts';
import { candidates, stepKey, type Choices } from './tuning.ts';
import type { Plan, PlanBinding, PlanDispatch, PlanTensor, PlanWeight } from './plan.ts';
import { checkMemory, PlanError, homeBytes, smallerMemory, valueBytes, type MemoryLimits } from './memory.ts';
import { lowerBound, type SlotOffset } from './slots.ts';
import type { NamedValue, PassContext, StepProgram } from '../lower/steps.ts';

/** A GPU as the plans for `gpu` assume it when no device is at hand: the guaranteed minimum of WebGPU, without optional features. */
export const plainGpu: Capabilities = {
  f16: false,
  subgroups: false,
  packedDot: false,
  software: false,
  maxWorkgroupStorageBytes: 16384,
  maxInvocationsPerWorkgroup: 256,
  maxStorageBuffersPerStage: 8,
  maxWorkgroupsPerDimension: 65535,
};

export const plainSoftware: Capabilities = { ...plainGpu, software: true };

export interface PlanOptions {
  readonly caps: Capabilities;
  /** Default f32; f16 needs `caps.f16`. */
  readonly precision?: Precision;
  /** Nodes whose activations must be readable after a run. */
  readonly keep?: readonly string[];
  /** Names of passes to switch off. */
  readonly without?: readonly string[];
  /** Kernels of steps, where not the first that takes them (tuning.ts). */
  readonly choices?: Choices;
  readonly limits?: MemoryLimits;
}

/** The pass context of a device. */
export function passContext(caps: Capabilities, precision: Precision): PassContext {
  return {
    for: caps.software ? 'software' : 'gpu',
    caps,
    precision,
    accepts: (step) => bindable(step, caps, precision),
    sumParts: (step) => chooseKernel(step, caps, precision)?.sumParts?.(step, caps, precision) ?? 0,
  };
}

/** A kernel takes the step and binds no more buffers than the device allows; only doubtful steps are built to count them. */
function bindable(step: Step, caps: Capabilities, precision: Precision): boolean {
  const kernel = chooseKernel(step, caps, precision);
  if (!kernel) return false;
  const atMost = step.inputs.length + step.outputs.length + Object.keys(step.weights).length;
  return (
    atMost <= caps.maxStorageBuffersPerStage ||
    kernel.build(step, caps, precision).bindings.length <= caps.maxStorageBuffersPerStage
  );
}

/** The kernel that the options name for the step, where it takes it, or the first that does. */
function chosenKernel(step: Step, { caps, choices }: PlanOptions, precision: Precision): Kernel | undefined {
  const name = choices?.get(stepKey(step, precision));
  const named =
    name === undefined ? undefined : candidates(step, caps, precision).find((kernel) => kernel.name === name);
  return named ?? chooseKernel(step, caps, precision);
}

interface Chosen {
  readonly step: Step;
  readonly kernel: Kernel;
  readonly built: BuiltKernel;
}

/** Steps of a graph after lowering and passes, for printing and for tests. */
export function planSteps(graph: InferredGraph, options: PlanOptions): StepProgram {
  const precision = options.precision ?? 'f32';
  return runPasses(lower(graph, options.keep), passContext(options.caps, precision), options.without ?? []);
}

/**
 * Plans a net for a device. Throws {@link PlanError} when it does not fit or the precision is not offered,
 * LoweringError when no kernel computes a node.
 */
export function makePlan(graph: InferredGraph, options: PlanOptions): Plan {
  const { caps } = options;
  const precision = options.precision ?? 'f32';
  if (precision === 'f16' && !caps.f16)
    throw new PlanError('this adapter has no half precision (shader-f16); use --precision f32');
  return assemblePlan(graph, planSteps(graph, options), options);
}

/** The plan of a program whose passes are done; `graph` tells names and costs. Throws as {@link makePlan}. */
export function assemblePlan(
  graph: Pick<InferredGraph, 'name' | 'facts'>,
  given: StepProgram,
  options: PlanOptions,
): Plan {
  const { caps } = options;
  const precision = options.precision ?? 'f32';
  const { program, lives, places, slots } = smallerMemory(given, precision);
  const chosen = program.steps.map((step): Chosen => {
    const kernel = chosenKernel(step, options, precision);
    const node = step.from.at(-1) as string;
    if (!kernel) throw new LoweringError(`"${node}": no ${step.family} kernel takes this shape on this device`, node);
    return { step, kernel, built: kernel.build(step, caps, precision) };
  });
  const homes = new Map(lives.values.map(({ id, home }) => [id, places.get(home) as SlotOffset]));
  const place = (value: Value): SlotOffset => homes.get(value.id) as SlotOffset;

  const modules: string[] = [];
  const moduleOf = new Map<string, number>();
  const weights: PlanWeight[] = [];
  const weightOf = new Map<string, number>();
  const shared = countNodes(program.steps);
  const dispatches = chosen.map(({ step, kernel, built }): PlanDispatch => {
    let module = moduleOf.get(built.wgsl);
    if (module === undefined) {
      module = modules.push(built.wgsl) - 1;
      moduleOf.set(built.wgsl, module);
    }
    const bindings = built.bindings.map((binding): PlanBinding => {
      if (binding.kind !== 'weight') {
        const value = (binding.kind === 'input' ? step.inputs : step.outputs)[binding.index] as Value;
        return { ...place(value), bytes: homeBytes(value, precision), write: binding.kind === 'output' };
      }
      const packed = 'role' in binding ? built.weights[binding.role] : undefined;
      if (!packed) throw new Error(`${kernel.name} binds an unknown constant`);
      const sources = packed.roles.map((role) => step.weights[role] as WeightExpr);
      // The same constant packed the same way is stored once (tied weights, shared zero biases).
      const key = JSON.stringify([packed, sources]);
      let index = weightOf.get(key);
      if (index === undefined) {
        index = weights.push({ ...packed, sources, bytes: packedBytes(packed, precision) }) - 1;
        weightOf.set(key, index);
      }
      return { weight: index };
    });
    const weightBytes = bindings.reduce(
      (sum, b) => sum + ('weight' in b ? (weights[b.weight] as PlanWeight).bytes : 0),
      0,
    );
    const moved = [...new Map([...step.inputs, ...step.outputs].map((value) => [value.id, value])).values()];
    return {
      kernel: kernel.name,
      from: step.from,
      module,
      workgroups: built.workgroups,
      bindings,
      macs: step.from.reduce((sum, node) => sum + (graph.facts.get(node)?.macs ?? 0) / (shared.get(node) as number), 0),
      bytes: weightBytes + moved.reduce((sum, value) => sum + valueBytes(value, precision), 0),
    };
  });
  const tensor = ({ node, value }: NamedValue): PlanTensor => ({
    node,
    shape: value.shape,
    ...place(value),
    type: value.type ?? precision,
  });
  const plan: Plan = {
    version: 1,
    net: graph.name,
    for: caps.software ? 'software' : 'gpu',
    precision,
    inputs: program.inputs.map(tensor),
    outputs: program.outputs.map(tensor),
    modules,
    dispatches,
    slots,
    lives: lives.values.map(({ id, bytes, from, to }) => ({
      value: id,
      ...(homes.get(id) as SlotOffset),
      bytes,
      from,
      to,
    })),
    weights,
    activationBytes: slots.reduce((sum, bytes) => sum + bytes, 0),
    activationLowerBound: lowerBound(lives.values),
    weightBytes: weights.reduce((sum, weight) => sum + weight.bytes, 0),
  };
  if (options.limits) checkMemory(plan, options.limits, lives.values);
  return plan;
}

/** In how many steps each node is listed: its MACs are shared evenly between them. */
function countNodes(steps: readonly Step[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const step of steps) for (const node of step.from) counts.set(node, (counts.get(node) ?? 0) + 1);
  return counts;
}
