// `--budget ms=25,mb=20,dispatches=40`: limits that a continuous integration holds a net to; over one of them the command ends with 1.
import { UsageError, type Option } from './verb.ts';

/** What can be limited: how the figure is called, and its unit. */
const measures = {
  ms: { words: 'median of a run, input to logits', unit: 'ms' },
  'gpu-ms': { words: 'all dispatches in one pass', unit: 'ms' },
  mb: { words: 'weights and activations on the GPU', unit: 'MB' },
  dispatches: { words: 'dispatches of an inference', unit: '' },
} as const;

export type Measure = keyof typeof measures;
/** A limit per measure, in its unit (MB: 10⁶ bytes); what is not named has none. */
export type Budget = Readonly<Partial<Record<Measure, number>>>;
export interface BudgetVerdict {
  readonly measure: Measure;
  readonly limit: number;
  readonly found: number;
  readonly kept: boolean;
}

export const budgetOption: Option = {
  name: 'budget',
  value: 'ms=X,mb=X,…',
  doc: `Limits to hold: ${Object.entries(measures)
    .map(([name, { words }]) => `${name} (${words})`)
    .join(', ')}; exit code 1 when one is broken.`,
};

const isMeasure = (name: string): name is Measure => Object.hasOwn(measures, name);

/** Reads the option's value. Throws {@link UsageError} naming the part that is wrong. */
export function parseBudget(text: string): Budget {
  const budget: Partial<Record<Measure, number>> = {};
  for (const part of text.split(',').map((word) => word.trim())) {
    const [, name = '', value = ''] = /^([^=]*?)\s*=(.*)$/.exec(part) ?? [];
    if (!isMeasure(name))
      throw new UsageError(
        `--budget has "${part}": write NAME=NUMBER, where NAME is one of ${Object.keys(measures).join(', ')}.`,
      );
    const limit = Number(value);
    if (value.trim() === '' || !Number.isFinite(limit) || limit <= 0)
      throw new UsageError(`--budget has "${part}": its limit must be a number above 0.`);
    if (budget[name] !== undefined) throw new UsageError(`--budget names ${name} twice.`);
    budget[name] = limit;
  }
  return budget;
}

/** One verdict per limit, in the order of the measures. A figure that equals its limit keeps it. */
export const judge = (budget: Budget, found: Readonly<Record<Measure, number>>): readonly BudgetVerdict[] =>
  Object.keys(measures)
    .filter(isMeasure)
    .flatMap((measure) => {
      const limit = budget[measure];
      return limit === undefined ? [] : [{ measure, limit, found: found[measure], kept: found[measure] <= limit }];
    });

/** `budget kept: mb 14.2 of 20 MB (weights and activations on the GPU)`. */
export function verdictText({ measure, limit, found, kept }: BudgetVerdict): string {
  const { words, unit } = measures[measure];
  const figure = Number.isInteger(found) ? String(found) : found.toFixed(3);
  return `budget ${kept ? 'kept' : 'BROKEN'}: ${measure} ${figure} of ${limit}${unit && ` ${unit}`} (${words})`;
}
