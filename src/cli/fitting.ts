// A net that no plan fits, in a sentence: what does not fit, which limit would do, and the largest input that plans.
import type { Capabilities, Precision } from '../gpu-kernels/kernel.ts';
import type { InferredGraph } from '../graph/ir/graph.ts';
import { LoweringError } from '../graph/lower/lowering-error.ts';
import { makePlan } from '../graph/plan/make-plan.ts';
import type { Choices } from '../graph/plan/tuning.ts';
import { PlanError, type MemoryLimits } from '../graph/plan/memory.ts';
import type { Plan } from '../graph/plan/plan.ts';
import { integer } from './text-table.ts';
import { NetError } from './verb.ts';

/** What every WebGPU device has: the defaults of the specification's table of limits. */
export const defaultLimits: MemoryLimits = { maxBufferBytes: 2 ** 28, maxBindingBytes: 2 ** 27 };

export interface Fitting {
  readonly caps: Capabilities;
  readonly limits: MemoryLimits;
  readonly precision?: Precision;
  readonly without?: readonly string[];
  readonly choices?: Choices;
}

const isRefusal = (error: unknown): error is PlanError | LoweringError =>
  error instanceof PlanError || error instanceof LoweringError;

/**
 * The plan, or {@link NetError}. `rebuilt` gives the same net at another square input: it is asked for the largest below this one that plans.
 */
export function planOrSay(graph: InferredGraph, options: Fitting, rebuilt?: (input: number) => InferredGraph): Plan {
  try {
    return makePlan(graph, options);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const [, height = 0, width = 0] = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
    const largest = rebuilt && largestInput(Math.min(height, width), options, rebuilt);
    throw new NetError(
      [
        `${graph.name}: ${error.message}.`,
        limitsNeeded(graph, options),
        largest === undefined ? '' : `The largest input that plans is ${largest}×${largest}.`,
      ]
        .filter((sentence) => sentence !== '')
        .join(' '),
    );
  }
}

/** Which of the device's limits the plan would need, where it is only these. */
function limitsNeeded(graph: InferredGraph, { caps, precision, without, limits }: Fitting): string {
  try {
    const plan = makePlan(graph, { caps, ...(precision && { precision }), ...(without && { without }) });
    const binding = Math.max(...plan.lives.map(({ bytes }) => bytes), ...plan.weights.map(({ bytes }) => bytes));
    const buffer = Math.max(...plan.slots, binding);
    const asks = [
      ...(binding > limits.maxBindingBytes ? [`maxStorageBufferBindingSize of ${integer(binding)} bytes`] : []),
      ...(buffer > limits.maxBufferBytes ? [`maxBufferSize of ${integer(buffer)} bytes`] : []),
    ];
    return asks.length === 0 ? '' : `It needs a device with ${asks.join(' and ')}.`;
  } catch (error) {
    if (isRefusal(error)) return '';
    throw error;
  }
}

/** Multiples of 32 below `from`, by halving: what fits at one size fits at every smaller one. */
function largestInput(from: number, options: Fitting, rebuilt: (input: number) => InferredGraph): number | undefined {
  const plans = (steps: number): boolean => {
    try {
      makePlan(rebuilt(32 * steps), options);
      return true;
    } catch (error) {
      if (isRefusal(error) || error instanceof NetError) return false;
      throw error;
    }
  };
  let [fitting, failing] = [0, Math.ceil(from / 32)];
  while (failing - fitting > 1) {
    const middle = (fitting + failing) >> 1;
    if (plans(middle)) fitting = middle;
    else failing = middle;
  }
  return fitting === 0 ? undefined : 32 * fitting;
}
