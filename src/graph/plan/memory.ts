// The memory of a plan: lives of its values, which residual adds work in place, buffers, and whether it all fits the device.
import type { Precision } from '../../gpu-kernels/kernel.ts';
import type { Step } from '../../gpu-kernels/families/index.ts';
import type { Value } from '../../gpu-kernels/step.ts';
import { storedVectors } from '../../gpu-kernels/wgsl/shader.ts';
import type { Plan, PlanWeight } from './plan.ts';
import { assignSlots, lowerBound, type Life } from './slots.ts';
import type { StepProgram } from '../lower/steps.ts';

export interface MemoryLimits {
  /** Largest buffer and largest binding of the device, in bytes. */
  readonly maxBufferBytes: number;
  readonly maxBindingBytes: number;
  /** Activations and weights together; absent: unknown. */
  readonly totalBytes?: number;
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

const bytesOfFour = { f32: 16, f16: 8, u8: 4 } as const;
/** Bytes of a stored value. */
export const valueBytes = ({ shape, type }: Value, precision: Precision): number =>
  storedVectors(shape) * bytesOfFour[type ?? precision];
/** Bytes of the memory that a value is stored in: of the larger result that it is a part of, if it is one. */
export const homeBytes = (value: Value, precision: Precision): number =>
  value.part ? value.part.of * bytesOfFour[value.type ?? precision] : valueBytes(value, precision);

/** Above this multiple of the bound it is worth asking of each residual add whether it should work in place. */
const looseMemory = 1.1;

/**
 * Memory of a program whose residual adds may work in place: all of them, none, or, where that leaves much above the bound, each as it
 * takes less in all. Working in place saves a buffer and ties two values together.
 */
export function smallerMemory(given: StepProgram, precision: Precision) {
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
  const memory = new Map<
    string,
    { id: string; bytes: number; from: number; to: number; writes: number[]; reads: number[] }
  >();
  const valueOf = (value: Value): ValueLife => values.get(value.id) as ValueLife;
  const homeOf = (value: Value) => memory.get(valueOf(value).home) as { to: number; writes: number[]; reads: number[] };
  const open = (value: Value, from: number, home = value.id): void => {
    if (value.part && values.has(value.id)) {
      homeOf(value).writes.push(from);
      use(value, from);
      return;
    }
    const bytes = homeBytes(value, precision);
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
      if (!values.has(input.id))
        throw new Error(`step ${step.from.join('+')} reads "${input.id}", which no step before it makes`);
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
export function checkMemory(plan: Plan, limits: MemoryLimits, lives: readonly ValueLife[]): void {
  const largest = Math.min(limits.maxBufferBytes, limits.maxBindingBytes);
  for (const { id, bytes } of lives) {
    if (bytes > largest)
      throw new PlanError(
        `the activations of "${id}" take ${mebibytes(bytes)}, this GPU allows ${mebibytes(largest)} a buffer; use a smaller input`,
        id,
      );
  }
  for (const dispatch of plan.dispatches)
    for (const binding of dispatch.bindings) {
      const bytes = 'weight' in binding ? (plan.weights[binding.weight] as PlanWeight).bytes : 0;
      const node = dispatch.from.at(-1) as string;
      if (bytes > largest)
        throw new PlanError(
          `the weights of "${node}" take ${mebibytes(bytes)}, this GPU allows ${mebibytes(largest)} a buffer; use fewer channels`,
          node,
        );
    }
  const needed = plan.activationBytes + plan.weightBytes;
  if (limits.totalBytes !== undefined && needed > limits.totalBytes) {
    const worst = lives.reduce((a, b) => (b.bytes > a.bytes ? b : a));
    throw new PlanError(
      `${plan.net} needs ${mebibytes(needed)} (weights ${mebibytes(plan.weightBytes)}, largest activation ${mebibytes(worst.bytes)} at "${worst.id}"), the budget is ${mebibytes(limits.totalBytes)}`,
      worst.id,
    );
  }
}
