// The files that the Profile pane saves: one function a format, each plain text.
import { pngOf, type Figure } from '../../parts/charts/figure.ts';
import { saveBlob, saveText } from '../../parts/clipboard.ts';
import { fileName } from '../../parts/file-names.ts';
import { adapterText } from '../../parts/adapter-text.ts';
import { layersCsv, tableCsv, type LayerColumn } from './layer-columns.ts';
import type { Peaks } from '../../../workers/engine/peaks.ts';
import { residual, sumOfDispatches, type RunRecord } from '../../state/measurements/record.ts';
import type { BlockRow, LayerRow } from './rows.ts';
import { chromeTrace } from './trace.ts';

export const saveTrace = (record: RunRecord): void =>
  saveText(
    fileName(`${record.net}-trace`, 'json'),
    JSON.stringify(chromeTrace(record, adapterText(record.adapter))),
    'application/json',
  );

/** Spreadsheets take a file without it for one in their own old encoding, and break `×`. */
const byteOrderMark = '\ufeff';

export const saveTable = (record: RunRecord, rows: readonly LayerRow[], columns: readonly LayerColumn[]): void =>
  saveText(fileName(`${record.net}-layers`, 'csv'), byteOrderMark + tableCsv(rows, columns), 'text/csv');

export const saveCsv = (record: RunRecord, blocks: readonly BlockRow[]): void =>
  saveText(fileName(`${record.net}-kernels`, 'csv'), byteOrderMark + layersCsv(blocks), 'text/csv');

/** What belongs to a measurement and is not in it. */
export interface RunContext {
  /** The net that was measured. */
  readonly text: string | undefined;
  readonly peaks: Peaks | undefined;
}

/** Everything that was measured, with the two derived numbers that the page shows. */
export const runJson = (record: RunRecord, { text, peaks }: RunContext): string =>
  JSON.stringify(
    {
      format: 'bottleneck-run',
      formatVersion: 1,
      ...record,
      text,
      peaks,
      sumMs: sumOfDispatches(record),
      residualMs: residual(record),
    },
    undefined,
    2,
  );

export const saveRun = (record: RunRecord, context: RunContext): void =>
  saveText(fileName(`${record.net}-run`, 'json'), runJson(record, context), 'application/json');

export const saveSvg = (record: RunRecord, { svg }: Figure, view: string): void =>
  saveText(fileName(`${record.net}-${view}`, 'svg'), svg, 'image/svg+xml');

export async function savePng(record: RunRecord, figure: Figure, view: string): Promise<void> {
  saveBlob(fileName(`${record.net}-${view}`, 'png'), await pngOf(figure));
}
