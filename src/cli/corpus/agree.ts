// Holds the values of one case against its oracle, by the tolerances of the corpus's contract for each way of storing numbers.
import type { Known } from '../../graph/formats/model/call.ts';
import type { Model } from '../../graph/formats/model/model.ts';
import { isFloatType, type Tensor } from '../../graph/formats/model/tensor.ts';
import type { Case, Expected, ManifestRow } from './manifest.ts';

export interface Disagreement {
  /** Largest error over what is allowed: 1 is the bound. */
  readonly worst: number;
  readonly at: string;
}

const number = (value: unknown, otherwise = 0): number => (typeof value === 'number' ? value : otherwise);

/** Probes that differ by more than `allowed`, as a share of it. Values that are no numbers must match as such. */
function probes(tensor: Tensor, expected: Expected, allowed: number, name: string): Disagreement {
  let worst = 0;
  for (const [index, wanted] of expected.probes) {
    const value = tensor.data[index]!;
    const want = typeof wanted === 'number' ? wanted : wanted === true ? 1 : wanted === false ? 0 : Number(wanted);
    const error = Object.is(value, want) || value === want ? 0 : Math.abs(value - want) / allowed;
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }
  return { worst, at: name };
}

const larger = (a: Disagreement, b: Disagreement): Disagreement => (b.worst > a.worst ? b : a);
const none: Disagreement = { worst: 0, at: '' };

/** Kinds whose nets run in integers: later values drift by whole steps, and the answer is what must agree. */
const isInteger = (row: ManifestRow): boolean => /int8|QDQ|QOperator/.test(row.kind) && !/dynamic/.test(row.kind);

/** How much an output may differ: a floor of the kind, or four times what the oracle's two kernels differ. */
function allowed(row: ManifestRow, expected: Expected, spread: number): number {
  const std = number(expected.std);
  if (/dynamic/.test(row.kind)) return Math.max(0.1 * std, 4 * spread, 1e-5);
  if (row.kind === 'float16') return Math.max(1e-2 * std, 4 * spread, 1e-5);
  return Math.max(1e-3 * std, 4 * spread, 1e-5);
}

/** One step of an integer tensor, or of the net that made a float one: at least the oracle's own spread. */
function integerAllowed(expected: Expected, spread: number): number {
  const step = isFloatType(expected.dtype as never) ? 0.5 * number(expected.std, 1) : 1;
  return Math.max(2 * spread, step);
}

/**
 * `known`: every value that was computed. Outputs by their place, inner values by name or index. Integer nets may agree with either set of the
 * oracle's outputs; their first integer layer must equal the default kernels' sum to its seven digits.
 */
export function disagreement(
  model: Model,
  row: ManifestRow,
  item: Case,
  known: ReadonlyMap<string, Known>,
): Disagreement {
  const find = (expected: Expected, key: string | undefined): Tensor | string => {
    const tensor = known.get(key ?? '')?.tensor;
    if (!tensor) return `"${expected.name ?? key}" was not computed`;
    return tensor.shape.join() === expected.shape.join()
      ? tensor
      : `"${expected.name ?? key}" is [${tensor.shape.join(', ')}], not [${expected.shape.join(', ')}]`;
  };
  const outputs = (list: readonly Expected[]): Disagreement =>
    list.reduce((worst, expected, i) => {
      const tensor = find(expected, model.outputs[i]);
      if (typeof tensor === 'string') return { worst: Infinity, at: tensor };
      const spread = number(item.spread?.[i]?.max_abs);
      const bound = isInteger(row) ? integerAllowed(expected, spread) : allowed(row, expected, spread);
      const name = `output "${expected.name ?? i}"`;
      return larger(
        worst,
        isInteger(row) ? answer(tensor, expected, bound, name) : probes(tensor, expected, bound, name),
      );
    }, none);
  const sets = [item.outputs, item.default?.outputs].flatMap((list) =>
    list && list.length > 0 ? [outputs(list)] : [],
  );
  let result = sets.reduce((best, set) => (set.worst < best.worst ? set : best), sets[0] ?? none);
  if (isInteger(row)) return larger(result, firstLayer(item, known));
  // Inner values of nets that quantise while they run, or that compute in half precision, follow their own arithmetic.
  if (/dynamic/.test(row.kind) || row.kind === 'float16') return result;
  for (const expected of item.tensors ?? []) {
    const tensor = find(
      expected,
      typeof expected.index === 'number' ? String(expected.index) : (expected.name ?? undefined),
    );
    if (typeof tensor === 'string') return { worst: Infinity, at: tensor };
    result = larger(
      result,
      probes(tensor, expected, 1e-3 * number(expected.std) + 1e-5, `"${expected.name ?? expected.index}"`),
    );
  }
  return result;
}

/** The largest value's place, unless the oracle's kernels cannot tell it from the second; and the probes' mean difference. */
function answer(tensor: Tensor, expected: Expected, bound: number, name: string): Disagreement {
  let best = 0;
  let second = -Infinity;
  for (let i = 1; i < tensor.data.length; i++) if (tensor.data[i]! > tensor.data[best]!) best = i;
  for (let i = 0; i < tensor.data.length; i++) if (i !== best) second = Math.max(second, tensor.data[i]!);
  const clear = tensor.data[best]! - second > bound;
  if (
    clear &&
    typeof expected.argmax === 'number' &&
    best !== expected.argmax &&
    tensor.data[best]! - tensor.data[expected.argmax]! > bound
  )
    return { worst: Infinity, at: `${name} is largest at ${best}, not at ${expected.argmax}` };
  let sum = 0;
  for (const [index, wanted] of expected.probes) sum += Math.abs(tensor.data[index]! - number(wanted));
  return { worst: sum / expected.probes.length / bound, at: name };
}

function firstLayer(item: Case, known: ReadonlyMap<string, Known>): Disagreement {
  const candidates = [item.default?.tensors?.[0], item.tensors?.[0]].flatMap((expected) =>
    expected ? [expected] : [],
  );
  const integers = candidates.filter(({ dtype }) => !/float/.test(dtype));
  if (integers.length === 0) return none;
  const matches = integers.some((expected) => {
    const tensor = known.get(
      typeof expected.index === 'number' ? String(expected.index) : (expected.name ?? ''),
    )?.tensor;
    if (!tensor) return false;
    let sum = 0;
    for (const value of tensor.data) sum += value;
    // The oracle's sums have seven digits.
    return (
      Number(sum.toPrecision(7)) === Number(number(expected.sum).toPrecision(7)) &&
      probes(tensor, expected, 0.5, '').worst < 1
    );
  });
  return matches
    ? none
    : { worst: Infinity, at: `the first integer layer "${integers[0]!.name ?? integers[0]!.index}"` };
}
