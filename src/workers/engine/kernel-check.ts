// One dispatch held to what its step means, element by element: the worst one is named, padding lanes and places that were never written among them.
import { evaluate, type Tensors } from '../../gpu-kernels/packing/weight-expr.ts';
import { reference, type Step } from '../../gpu-kernels/families/index.ts';
import type { Numbers } from '../../gpu-kernels/step.ts';
import type { Plan, PlanTensor } from '../../graph/plan/plan.ts';
import type { Program } from './program.ts';
import { operands, padded, placeAt, runAndRead, spoil, writeValue } from './step-memory.ts';

/** The element that is furthest from the reference. */
export interface Difference {
  /** Id of the value, and its element: `[batch, y, x, channel]` of a map. */
  readonly value: string;
  readonly at: readonly number[];
  readonly found: number;
  readonly wanted: number;
  /** What the kernel was given. */
  readonly given: 'random numbers' | 'captured values';
  /** Elements that are off, of how many. */
  readonly wrong: number;
  readonly of: number;
}

/** Differences up to this share of the largest magnitude are rounding, or up to some times those of the kernel that runs now. */
const rounding = { f32: 1e-4, f16: 2e-2 } as const;
const slack = 4;

/** The worst element where the edited kernel is off by more than rounding; otherwise its error as a share of the largest magnitude. */
export async function compare(
  { plan, tensors }: { readonly plan: Plan; readonly tensors: Tensors },
  step: Step,
  dispatch: number,
  inputs: readonly Float32Array[],
  [edited, own]: readonly [Program, Program],
  position: number,
  given: Difference['given'],
): Promise<Difference | { readonly error: number }> {
  const values = operands(step);
  const read = values.map((value) => placeAt(plan, dispatch, value, plan.precision));
  const written = step.outputs.map((value) => placeAt(plan, dispatch, value, plan.precision));
  const lies = (a: PlanTensor, b: PlanTensor): boolean => a.slot === b.slot && a.offset === b.offset;
  const run = (program: Program): Promise<Float32Array[]> => {
    for (const tensor of written) if (!read.some((other) => lies(other, tensor))) spoil(program, tensor);
    read.forEach((tensor, i) => writeValue(program, tensor, inputs[i] as Float32Array));
    return runAndRead(program, [position, position + 1], written.map(padded));
  };
  const [found, reached] = [await run(edited), await run(own)];
  const exact = reference(step, {
    inputs: step.inputs.map(({ id }) => inputs[values.findIndex((value) => value.id === id)] as Float32Array),
    weights: Object.fromEntries(Object.entries(step.weights).map(([role, expr]) => [role, evaluate(expr, tensors)])),
  });
  let error = 0;
  for (const [i, tensor] of written.entries()) {
    const sums = tensor.node.endsWith('#sums');
    const laid = (numbers: Numbers, of: PlanTensor): Float64Array => lanes(numbers, of, sums);
    const wanted = laid(exact[i] as Numbers, tensor);
    const compared = padded(tensor);
    const off = difference(laid(found[i] as Numbers, compared), wanted, tensor);
    const usual = difference(laid(reached[i] as Numbers, compared), wanted, tensor);
    const scale = wanted.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1e-6);
    const limit = Math.max(rounding[plan.precision] * scale, slack * usual.worst);
    if (off.worst > limit) {
      const wrong = off.count(limit);
      return { value: tensor.node, ...off.element(sums), given, wrong, of: wanted.length };
    }
    error = Math.max(error, off.worst / scale);
  }
  return { error };
}

/** Numbers with padding lanes, zeros where there were none; of channel sums all parts added, since their shares are the kernel's choice. */
function lanes(numbers: Numbers, { shape }: PlanTensor, sums: boolean): Float64Array {
  const channels = shape.at(-1) as number;
  const stride = 4 * Math.ceil(channels / 4);
  const [batch = 1, parts = 1] = sums ? shape : [numbers.length / channels, 1];
  const result = new Float64Array(batch * stride);
  for (let i = 0; i < numbers.length; i++) {
    const row = Math.floor(i / channels);
    result[Math.floor(row / parts) * stride + (i % channels)]! += numbers[i] as number;
  }
  return result;
}

function difference(found: Float64Array, wanted: Float64Array, { shape, type }: PlanTensor) {
  const channels = shape.at(-1) as number;
  const stride = 4 * Math.ceil(channels / 4);
  // Padding lanes of bytes hold anything; where the reference has no number, none is asked for.
  const counts = (i: number): boolean => Number.isFinite(wanted[i]) && (type !== 'u8' || i % stride < channels);
  const error = (i: number): number => {
    const off = Math.abs((found[i] as number) - (wanted[i] as number));
    return !counts(i) ? 0 : Number.isNaN(off) ? Infinity : off;
  };
  let at = 0;
  for (let i = 1; i < wanted.length; i++) if (error(i) > error(at)) at = i;
  return {
    worst: wanted.length > 0 ? error(at) : 0,
    count: (limit: number): number => wanted.reduce((sum, _, i) => sum + (error(i) > limit ? 1 : 0), 0),
    element: (sums: boolean) => {
      const lead = sums ? [shape[0] as number] : shape.slice(0, -1);
      const indices = [at % stride];
      let rest = Math.floor(at / stride);
      for (const length of [...lead].reverse()) {
        indices.unshift(rest % length);
        rest = Math.floor(rest / length);
      }
      return { at: indices, found: found[at] as number, wanted: wanted[at] as number };
    },
  };
}
