// The history of measurements as rows: what each took, and how it differs from the one that is chosen.
import { adapterText } from '../../parts/adapter-text.ts';
import { csv } from '../../parts/csv.ts';
import { milliseconds, percent, percentChange } from '../../parts/format.ts';
import type { HistoryEntry } from '../../state/measurements/history-store.ts';

/** A column of the table (parts/charts/DataTable.svelte). */
interface HistoryColumn {
  readonly label: string;
  readonly title?: string;
  readonly text: (row: HistoryEntry) => string;
  readonly number?: boolean;
}

export const sameEntry = (a: HistoryEntry | undefined, b: HistoryEntry | undefined): boolean =>
  a !== undefined && a.at === b?.at && a.hash === b.hash;

/** Times of other devices are no difference of nets. */
const comparable = (a: HistoryEntry, b: HistoryEntry): boolean =>
  adapterText(a.adapter) === adapterText(b.adapter) && a.browser === b.browser && a.precision === b.precision;

/** `−25.6 %` of the whole pass; a dash beside measurements of other devices. */
export const changeText = (row: HistoryEntry, chosen: HistoryEntry | undefined): string =>
  chosen && !sameEntry(row, chosen) && comparable(row, chosen) ? percentChange(chosen.passMs, row.passMs) : '–';

/** `2026-11-29 20:14`, in the reader's time. */
export function whenText(at: string): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

export const historyColumns = (chosen: HistoryEntry | undefined): readonly HistoryColumn[] => [
  { label: 'Net', text: ({ net }) => net },
  { label: 'When', text: ({ at }) => whenText(at) },
  { label: 'Whole pass', number: true, title: 'Median', text: ({ passMs }) => milliseconds(passMs) },
  {
    label: 'Spread',
    number: true,
    title: 'Standard deviation ÷ mean of the passes',
    text: ({ variation }) => (variation === undefined ? '–' : `±${percent(variation)}`),
  },
  {
    label: 'Against chosen',
    number: true,
    title: 'Whole pass against the chosen row’s, on the same adapter and browser',
    text: (row) => changeText(row, chosen),
  },
  { label: 'Latency', number: true, title: 'Median', text: ({ latencyMs }) => milliseconds(latencyMs) },
  { label: 'Dispatches', number: true, text: ({ dispatches }) => String(dispatches) },
  { label: 'Adapter', text: ({ adapter }) => adapterText(adapter) },
  { label: 'Browser', text: ({ browser, precision }) => `${browser}, ${precision}` },
];

export const historyCsv = (rows: readonly HistoryEntry[], chosen: HistoryEntry | undefined): string =>
  csv(
    [
      'net',
      'net hash',
      'at',
      'whole pass ms',
      'variation',
      'change against chosen',
      'latency ms',
      'sum of dispatches ms',
      'dispatches',
      'runs',
      'input',
      'precision',
      'adapter',
      'browser',
    ],
    rows.map((row) => [
      row.net,
      row.hash,
      row.at,
      row.passMs,
      row.variation,
      chosen && !sameEntry(row, chosen) && comparable(row, chosen) ? row.passMs / chosen.passMs - 1 : undefined,
      row.latencyMs,
      row.sumMs,
      row.dispatches,
      row.runs,
      row.input.join('x'),
      row.precision,
      adapterText(row.adapter),
      row.browser,
    ]),
  );
