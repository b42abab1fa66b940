// The program that passes rewrite: steps in order, with the questions that every pass asks (who makes a value, who reads it, may it vanish).
import type { Capabilities, Precision } from '../../gpu-kernels/kernel.ts';
import type { Rider, Value, WeightExpr } from '../../gpu-kernels/step.ts';
import type { Step } from '../../gpu-kernels/families/index.ts';
import type { Shape } from '../../gpu-kernels/op.ts';

export interface NamedValue {
  readonly node: string;
  readonly value: Value;
}

export interface StepProgram {
  readonly steps: readonly Step[];
  readonly inputs: readonly NamedValue[];
  /** Values that must exist in memory at the end: the graph's outputs, then `keep`. */
  readonly outputs: readonly NamedValue[];
}

/** What a pass may ask of the target. */
export interface PassContext {
  readonly for: 'gpu' | 'software';
  readonly precision: Precision;
  readonly caps: Capabilities;
  /** True when some kernel takes the step on this target. */
  accepts(step: Step): boolean;
  /** Partial sums that the step's kernel can write beside its result; 0 = none. */
  sumParts(step: Step): number;
}

export interface Pass {
  /** Key for switching it off: `fold-norms`. */
  readonly name: string;
  readonly doc: string;
  run(program: StepProgram, context: PassContext): StepProgram;
}

/** Index over a program: producers, readers and what must stay. Values are known by id; aliases of other shapes share it. */
export class Uses {
  private readonly makers = new Map<string, number>();
  private readonly readerLists = new Map<string, number[]>();
  private readonly pinned: ReadonlySet<string>;

  constructor(readonly program: StepProgram) {
    this.pinned = new Set([...program.outputs, ...program.inputs].map(({ value }) => value.id));
    program.steps.forEach((step, index) => {
      for (const output of step.outputs) this.makers.set(output.id, index);
      for (const id of new Set(step.inputs.map((input) => input.id))) {
        const list = this.readerLists.get(id);
        if (list) list.push(index);
        else this.readerLists.set(id, [index]);
      }
    });
  }

  /** Index of the step that makes a value; undefined for the net's input. */
  maker(id: string): number | undefined {
    return this.makers.get(id);
  }

  readers(id: string): readonly number[] {
    return this.readerLists.get(id) ?? [];
  }

  /** True when nobody but `reader` needs the value. */
  onlyFor(id: string, reader: number): boolean {
    const readers = this.readers(id);
    return !this.pinned.has(id) && readers.length === 1 && readers[0] === reader;
  }

  /** True when the value may disappear once all its readers are rewritten. */
  mayVanish(id: string): boolean {
    return !this.pinned.has(id);
  }
}

/** Replaces and removes steps by index, keeping order. `undefined` = removed. */
function rewrite(program: StepProgram, changes: Changes): StepProgram {
  return {
    ...program,
    steps: program.steps.flatMap((step, index) => (changes.has(index) ? (changes.get(index) ?? []) : [step])),
  };
}

/** Steps to replace (`undefined`: remove), by index. */
export type Changes = ReadonlyMap<number, Step | undefined>;

/**
 * Sweeps over the steps until a sweep changes nothing. `propose` says what to do about one step; its changes must hold every step whose
 * inputs, outputs or weights the decision rests on. In one sweep no step is changed twice: later proposals wait for the next.
 */
export function untilStable(
  program: StepProgram,
  propose: (program: StepProgram, uses: Uses, step: Step, index: number) => Changes | undefined,
): StepProgram {
  for (;;) {
    const uses = new Uses(program);
    const changes = new Map<number, Step | undefined>();
    program.steps.forEach((step, index) => {
      if (changes.has(index)) return;
      const proposed = propose(program, uses, step, index);
      if (!proposed || [...proposed.keys()].some((at) => changes.has(at))) return;
      for (const [at, changed] of proposed) changes.set(at, changed);
    });
    if (changes.size === 0) return program;
    program = rewrite(program, changes);
  }
}

export const firstInput = (step: Step): Value => step.inputs[0] as Value;
export const firstOutput = (step: Step): Value => step.outputs[0] as Value;
export const channels = (shape: Shape): number => shape.at(-1) as number;
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** Nodes of several steps, each once. */
export const union = (...lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())];

/** Riders of one step moved into another: operand indices and weight roles are renamed, operands and weights handed over. */
export interface Moved {
  readonly riders: readonly Rider[];
  readonly inputs: readonly Value[];
  readonly weights: Readonly<Record<string, WeightExpr>>;
}

/** `riders` of `from`, fit for a step that has `inputs` and `weights` already. */
export function moveRiders(
  riders: readonly Rider[],
  from: Step,
  to: { readonly inputs: readonly Value[]; readonly weights: Readonly<Record<string, WeightExpr>> },
): Moved {
  const inputs = [...to.inputs];
  const weights: Record<string, WeightExpr> = { ...to.weights };
  const moved = riders.map((rider): Rider => {
    if (rider.kind === 'binary') {
      inputs.push(from.inputs[rider.input] as Value);
      return { ...rider, input: inputs.length - 1 };
    }
    if (rider.kind === 'unary') return rider;
    let role = rider.weight;
    for (let n = 2; role in weights; n++) role = `${rider.weight}${n}`;
    weights[role] = from.weights[rider.weight] as WeightExpr;
    return { ...rider, weight: role };
  });
  return { riders: moved, inputs, weights };
}
