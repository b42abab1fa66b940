// From a graph to a plan: lower, run the passes, choose kernels, build their text, assign buffers.
import type { BuiltKernel, Capabilities, Kernel, Precision } from '../gpu-kernels/kernel.ts';
import { chooseKernel } from '../gpu-kernels/kernels/index.ts';
import { packedBytes } from '../gpu-kernels/packing.ts';
import { storedVectors } from '../gpu-kernels/shader.ts';
import type { Step, Value, WeightExpr } from '../gpu-kernels/step.ts';
import type { InferredGraph } from './graph.ts';
import { lower } from './lower.ts';
import { LoweringError } from './lower-rules.ts';
import { runPasses } from './passes/index.ts';
import type { Plan, PlanBinding, PlanDispatch, PlanTensor, PlanWeight } from './plan.ts';
import { assignSlots, lowerBound, type Life, type Place } from './slots.ts';
import type { NamedValue, PassContext, StepProgram } from './steps.ts';

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

export interface MemoryLimits {
  /** Largest buffer and largest binding of the device, in bytes. */
  readonly maxBufferBytes: number;
  readonly maxBindingBytes: number;
  /** Activations and weights together; absent: unknown. */
  readonly totalBytes?: number;
}

export interface PlanOptions {
  readonly caps: Capabilities;
  /** Default f32; f16 needs `caps.f16`. */
  readonly precision?: Precision;
  /** Nodes whose activations must be readable after a run. */
  readonly keep?: readonly string[];
  /** Names of passes to switch off. */
  readonly without?: readonly string[];
  readonly limits?: MemoryLimits;
}

/** The net cannot run on this device. `node` names the layer that does not fit, where there is one. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  constructor(
    message: string,
    readonly node?: string,
  ) {
    super(message);
  }
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
  return atMost <= caps.maxStorageBuffersPerStage || kernel.build(step, caps, precision).bindings.length <= caps.maxStorageBuffersPerStage;
}

const bytesOfFour = { f32: 16, f16: 8, u8: 4 } as const;
const valueBytes = (value: Value, precision: Precision): number => storedVectors(value.shape) * bytesOfFour[value.type ?? precision];

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
  if (precision === 'f16' && !caps.f16) throw new PlanError('this adapter has no half precision (shader-f16); use --precision f32');
  return assemblePlan(graph, planSteps(graph, options), options);
}

/** The plan of a program whose passes are done; `graph` tells names and costs. Throws as {@link makePlan}. */
export function assemblePlan(graph: Pick<InferredGraph, 'name' | 'facts'>, given: StepProgram, options: PlanOptions): Plan {
  const { caps } = options;
  const precision = options.precision ?? 'f32';
  const { program, lives, places, slots } = smallerMemory(given, precision);
  const chosen = program.steps.map((step): Chosen => {
    const kernel = chooseKernel(step, caps, precision);
    const node = step.from.at(-1) as string;
    if (!kernel) throw new LoweringError(`"${node}": no ${step.family} kernel takes this shape on this device`, node);
    return { step, kernel, built: kernel.build(step, caps, precision) };
  });
  const homes = new Map(lives.values.map(({ id, home }) => [id, places.get(home) as Place]));
  const place = (value: Value): Place => homes.get(value.id) as Place;

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
        return { ...place(value), bytes: valueBytes(value, precision), write: binding.kind === 'output' };
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
    const weightBytes = bindings.reduce((sum, b) => sum + ('weight' in b ? (weights[b.weight] as PlanWeight).bytes : 0), 0);
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
  const tensor = ({ node, value }: NamedValue): PlanTensor => ({ node, shape: value.shape, ...place(value), type: value.type ?? precision });
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
    lives: lives.values.map(({ id, bytes, from, to }) => ({ value: id, ...(homes.get(id) as Place), bytes, from, to })),
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

/** Above this multiple of the bound it is worth asking of each residual add whether it should work in place. */
const looseMemory = 1.1;

/**
 * Memory of a program whose residual adds may work in place: all of them, none, or, where that leaves much above the bound, each as it
 * takes less in all. Working in place saves a buffer and ties two values together.
 */
function smallerMemory(given: StepProgram, precision: Precision) {
  const marked = given.steps.flatMap((step, index) => (step.inPlace === undefined ? [] : [index]));
  const assigned = (inPlace: ReadonlySet<number>) => {
    const steps = given.steps.map((step, index): Step => {
      const { inPlace: operand, ...rest } = step;
      return operand !== undefined && inPlace.has(index) ? step : rest;
    });
    const program = { ...given, steps };
    const lives = livesOf(program, precision);
    const memory = assignSlots(lives.memory);
    return { program, lives, inPlace, ...memory, total: memory.slots.reduce((sum, bytes) => sum + bytes, 0) };
  };
  let best = assigned(new Set(marked));
  const bound = lowerBound(best.lives.values);
  const consider = (inPlace: ReadonlySet<number>): void => {
    if (best.total <= looseMemory * bound) return;
    const other = assigned(inPlace);
    if (other.total < best.total) best = other;
  };
  if (marked.length > 0) consider(new Set());
  for (const index of marked) {
    const toggled = new Set(best.inPlace);
    if (!toggled.delete(index)) toggled.add(index);
    consider(toggled);
  }
  return best;
}

/** One value's life; `home`: the id of the life whose memory it lives in (its own, or that of the residual it was added to). */
interface ValueLife {
  readonly id: string;
  readonly bytes: number;
  readonly from: number;
  to: number;
  readonly home: string;
}

/** Lives of the values, and of the memory they need. Inputs are there before the first step, outputs are read after the last. */
function livesOf(program: StepProgram, precision: Precision): { values: ValueLife[]; memory: Life[] } {
  const values = new Map<string, ValueLife>();
  const memory = new Map<string, { id: string; bytes: number; from: number; to: number; writes: number[]; reads: number[] }>();
  const valueOf = (value: Value): ValueLife => values.get(value.id) as ValueLife;
  const homeOf = (value: Value) => memory.get(valueOf(value).home) as { to: number; writes: number[]; reads: number[] };
  const open = (value: Value, from: number, home = value.id): void => {
    const bytes = valueBytes(value, precision);
    values.set(value.id, { id: value.id, bytes, from, to: from, home });
    if (home === value.id) memory.set(home, { id: home, bytes, from, to: from, writes: [from], reads: [] });
    else homeOf(value).writes.push(from);
    homeOf(value).to = from;
  };
  const use = (value: Value, index: number): void => {
    valueOf(value).to = index;
    homeOf(value).to = index;
  };
  for (const { value } of program.inputs) open(value, -1);
  program.steps.forEach((step, index) => {
    step.inputs.forEach((input, operand) => {
      if (!values.has(input.id)) throw new Error(`step ${step.from.join('+')} reads "${input.id}", which no step before it makes`);
      use(input, index);
      if (operand !== step.inPlace) homeOf(input).reads.push(index);
    });
    step.outputs.forEach((output, i) => {
      const taken = i === 0 && step.inPlace !== undefined ? step.inputs[step.inPlace] : undefined;
      open(output, index, taken ? valueOf(taken).home : output.id);
    });
  });
  for (const { value } of program.outputs) use(value, program.steps.length);
  return { values: [...values.values()], memory: [...memory.values()] };
}

const mebibytes = (bytes: number): string => `${(bytes / 1048576).toFixed(bytes < 1048576 * 10 ? 1 : 0)} MiB`;

/** Throws {@link PlanError} naming the layer when a buffer or the whole exceeds the limits. */
function checkMemory(plan: Plan, limits: MemoryLimits, lives: readonly ValueLife[]): void {
  const largest = Math.min(limits.maxBufferBytes, limits.maxBindingBytes);
  for (const { id, bytes } of lives) {
    if (bytes > largest) throw new PlanError(`the activations of "${id}" take ${mebibytes(bytes)}, this GPU allows ${mebibytes(largest)} a buffer; use a smaller input`, id);
  }
  for (const dispatch of plan.dispatches)
    for (const binding of dispatch.bindings) {
      const bytes = 'weight' in binding ? (plan.weights[binding.weight] as PlanWeight).bytes : 0;
      const node = dispatch.from.at(-1) as string;
      if (bytes > largest) throw new PlanError(`the weights of "${node}" take ${mebibytes(bytes)}, this GPU allows ${mebibytes(largest)} a buffer; use fewer channels`, node);
    }
  const needed = plan.activationBytes + plan.weightBytes;
  if (limits.totalBytes !== undefined && needed > limits.totalBytes) {
    const worst = lives.reduce((a, b) => (b.bytes > a.bytes ? b : a));
    throw new PlanError(`${plan.net} needs ${mebibytes(needed)} (weights ${mebibytes(plan.weightBytes)}, largest activation ${mebibytes(worst.bytes)} at "${worst.id}"), the budget is ${mebibytes(limits.totalBytes)}`, worst.id);
  }
}
