// The calibrators by name, from the widest range to the narrowest, and which of them did best.
import type { Agreement } from '../../../graph/quant/compare.ts';
import type { CalibrationMethod } from '../../../graph/quant/observers.ts';
import type { Interval } from '../../../graph/quant/scheme.ts';

export const calibrators: readonly {
  readonly method: CalibrationMethod;
  readonly label: string;
  readonly doc: string;
}[] = [
  { method: 'max', label: 'Maximum', doc: 'Everything that was seen; nothing is cut off' },
  { method: 'percentile-99.9999', label: 'Percentile 99.9999', doc: 'One value in a million is cut off at each end' },
  { method: 'percentile-99.999', label: 'Percentile 99.999', doc: 'One value in 100,000 is cut off at each end' },
  { method: 'percentile-99.99', label: 'Percentile 99.99', doc: 'One value in 10,000 is cut off at each end' },
  { method: 'percentile-99.9', label: 'Percentile 99.9', doc: 'One value in 1,000 is cut off at each end' },
  {
    method: 'entropy',
    label: 'Entropy',
    doc: 'The range whose 8-bit histogram tells least apart from the original (Kullback–Leibler)',
  },
  { method: 'average', label: 'Moving average', doc: 'Moving average of each picture’s extremes, 0.9' },
];

export const calibratorLabel = (method: string): string =>
  calibrators.find((one) => one.method === method)?.label ?? method;

/** The value about which the methods differ most, by the widest range over the narrowest: the one worth looking at. */
export function mostDisputed(rows: readonly { readonly ranges: ReadonlyMap<string, Interval> }[]): string | undefined {
  const width = ({ low, high }: Interval): number => high - low;
  let [most, found]: [number, string | undefined] = [0, undefined];
  for (const id of rows[0]?.ranges.keys() ?? []) {
    const widths = rows.flatMap(({ ranges }) => width(ranges.get(id) as Interval));
    const ratio = Math.max(...widths) / Math.max(Math.min(...widths), Number.MIN_VALUE);
    if (Number.isFinite(ratio) && ratio > most) [most, found] = [ratio, id];
  }
  return found;
}

/** Equal first answers count most, then the first five, then the noise of the logits. */
export function bestMethod(
  rows: readonly { readonly method: CalibrationMethod; readonly agreement: Agreement }[],
): CalibrationMethod | undefined {
  return [...rows].sort(
    (a, b) =>
      b.agreement.top1 - a.agreement.top1 ||
      b.agreement.top5 - a.agreement.top5 ||
      b.agreement.logitsSqnrDb - a.agreement.logitsSqnrDb,
  )[0]?.method;
}
