// Weights that spoil every answer: values that are no numbers, and variances below zero; named by tensor, so that they can be looked for.
import type { Params } from '../ir/graph.ts';

interface Unsound {
  readonly name: string;
  readonly count: number;
  /** Index of the first, row-major. */
  readonly first: number;
  readonly value: number;
}

/** The first tensor with a bad value, how many it has, and how many other tensors have some; undefined for sound weights. */
export function unsoundWeights(params: Params): string | undefined {
  const found: Unsound[] = [];
  for (const [name, values] of params) {
    const variance = name.endsWith('running_var');
    let count = 0;
    let first = -1;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (Number.isFinite(value) && !(variance && value < 0)) continue;
      if (count++ === 0) first = i;
    }
    if (count > 0) found.push({ name, count, first, value: values[first] as number });
  }
  const [worst, ...others] = found;
  if (!worst) return undefined;
  const total = found.reduce((sum, { count }) => sum + count, 0);
  const { name, count, first, value } = worst;
  const what = Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? 'a variance below zero' : 'infinite';
  const many =
    count === 1
      ? `a value that is ${what} (at ${first})`
      : `${count} values of which the first (at ${first}) is ${what}`;
  const more =
    others.length === 0
      ? ''
      : `; with it ${found.length} tensors have ${total} such values (${others
          .slice(0, 3)
          .map((other) => other.name)
          .join(', ')}${others.length > 3 ? ', …' : ''})`;
  return `"${name}" holds ${many}${more}: every answer would be spoiled`;
}
