// The verdict as rows of a table: one quantity a row, one arithmetic a column, each against float32.
import type { Arithmetic, VerdictLayer } from '../../../graph/quant/verdict.ts';
import type { ComparedColumn } from '../../../workers/jobs/quantize/protocol.ts';
import { bytes, milliseconds, percent } from '../../parts/format.ts';
import { decibels } from './decibels.ts';

export interface VerdictCell {
  readonly text: string;
  /** `0.26 ×` of float32. */
  readonly ratio?: string;
}

export interface VerdictRow {
  readonly label: string;
  readonly title: string;
  readonly cells: readonly VerdictCell[];
}

/** `0.26 ×`; undefined without both numbers. */
export function ratioText(value: number | undefined, base: number | undefined): string | undefined {
  if (value === undefined || !base) return undefined;
  const ratio = value / base;
  return `${ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)}\u202f×`;
}

export function verdictRows(columns: readonly ComparedColumn[]): readonly VerdictRow[] {
  const [base] = columns;
  const measure = (
    label: string,
    title: string,
    value: (column: ComparedColumn) => number | undefined,
    text: (value: number) => string,
  ): VerdictRow => ({
    label,
    title,
    cells: columns.map((column): VerdictCell => {
      const own = value(column);
      const ratio = column === base ? undefined : ratioText(own, base && value(base));
      return { text: own === undefined ? '–' : text(own), ...(ratio !== undefined && { ratio }) };
    }),
  });
  const agreement = (
    label: string,
    title: string,
    text: (agreement: NonNullable<ComparedColumn['agreement']>) => string,
  ): VerdictRow => ({
    label,
    title,
    cells: columns.map((column) => ({
      text: column === base ? 'reference' : column.agreement ? text(column.agreement) : '–',
    })),
  });
  return [
    measure('File', 'Bytes of the parameters as a file stores them', ({ fileBytes }) => fileBytes, bytes),
    measure(
      'Memory, with weights',
      'Weights and all activation buffers on the device',
      ({ peakBytes }) => peakBytes,
      bytes,
    ),
    measure('Whole pass', 'All dispatches in one pass on this adapter, median', ({ totalMs }) => totalMs, milliseconds),
    measure('Latency', 'From input in JS to logits in JS, median', ({ latencyMs }) => latencyMs, milliseconds),
    measure('Dispatches', 'Kernels launched for one inference', ({ dispatches }) => dispatches, String),
    agreement('Top-1 agreement', 'Pictures with float32’s first answer', ({ top1 }) => percent(top1)),
    agreement('Top-5 overlap', 'Mean share of the first five answers that both name', ({ top5 }) => percent(top5)),
    agreement('Logits', 'Signal to noise of all logits', ({ logitsSqnrDb }) => decibels(logitsSqnrDb)),
  ];
}

export const arithmeticsOf = (columns: readonly ComparedColumn[]): readonly Arithmetic[] =>
  columns.map(({ arithmetic }) => arithmetic);

/** int8 against the fastest float arithmetic of a layer: below 1 it is faster. */
export function layerRatio({ ms }: VerdictLayer): number | undefined {
  const floats = [ms.float32, ms.float16].filter((value) => value !== undefined);
  const best = Math.min(...floats);
  return ms.int8 === undefined || floats.length === 0 || best === 0 ? undefined : ms.int8 / best;
}
