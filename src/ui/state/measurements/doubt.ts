// When not to believe a measurement, and how sure "faster than the baseline" is: the same words wherever times are compared.
import { milliseconds, percent, percentChange } from '../../parts/format.ts';
import type { RunRecord } from './record.ts';

type Timed = Pick<RunRecord, 'gpu' | 'warm' | 'disturbed'>;

/** What spoiled the runs, in words. */
const spoiled: Readonly<Record<string, string>> = {
  hidden: 'The page was not shown all the time, and browsers slow down what is not looked at.',
  drift: 'The runs became slower or faster from begin to end, as when a device gets hot.',
  bursts: 'Some runs took much longer than the rest: something else uses the device.',
};

/** Runs that differ by more than this (standard deviation ÷ mean) rank nothing. */
const mostVariation = 0.25;
/** A pass may outlast the median run that it is part of by this share: both are medians of their own rounds. */
const slack = 0.05;

/** Why the numbers are too noisy to use; undefined when nothing speaks against them. */
export function doubtOf({ gpu, warm, disturbed: [first = ''] = [] }: Timed): string | undefined {
  if (gpu.medianMs > warm.medianMs * (1 + slack))
    return `One pass took ${milliseconds(gpu.medianMs)}, longer than the whole run of ${milliseconds(warm.medianMs)} that it is part of: something else kept the device busy.`;
  if (spoiled[first]) return spoiled[first];
  const variation = Math.max(gpu.variation ?? 0, warm.variation ?? 0);
  return variation > mostVariation ? `Runs differ from each other by ±${percent(variation, 0)}.` : undefined;
}

/** Relative spread of the difference of two measurements. */
export const spreadOf = (a: Timed | undefined, b: Timed | undefined): number =>
  Math.hypot(a?.gpu.variation ?? 0, b?.gpu.variation ?? 0);

export interface Headline {
  /** `−25.6 %`. */
  readonly change: string;
  /** `±4.0 %`; empty where no spread is known. */
  readonly spread: string;
  readonly verdict: 'faster' | 'slower' | 'equal' | 'unsure';
  /** `−25.6 % ±4.0 % vs baseline`. */
  readonly text: string;
}

/** The one figure for "which is faster": the whole pass, medians, with the spread of both. */
export function headlineOf(now: Timed, baseline: Timed): Headline {
  const spread = spreadOf(now, baseline);
  const by = baseline.gpu.medianMs > 0 ? now.gpu.medianMs / baseline.gpu.medianMs - 1 : 0;
  const change = percentChange(baseline.gpu.medianMs, now.gpu.medianMs);
  const noisy = doubtOf(now) !== undefined || doubtOf(baseline) !== undefined;
  const verdict = noisy ? 'unsure' : Math.abs(by) <= 2 * spread ? 'equal' : by < 0 ? 'faster' : 'slower';
  const shown = spread > 0 ? `±${percent(spread, spread < 0.1 ? 1 : 0)}` : '';
  const words = { faster: '', slower: '', equal: ', within the spread', unsure: ', too noisy, measure again' }[verdict];
  return { change, spread: shown, verdict, text: [change, shown, `vs baseline${words}`].filter(Boolean).join(' ') };
}
