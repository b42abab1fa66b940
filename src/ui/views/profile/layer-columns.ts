// The columns of the layer table: what they show, sort by and export.
import { byteRate as byteRateText, milliseconds, shapeText, si, signedMs } from '../../parts/format.ts';
import { csv, type Cell } from '../../parts/csv.ts';
import { change, type BlockRow, type KernelRow, type LayerRow, type SortKey } from './rows.ts';

export interface LayerColumn {
  readonly id: string;
  readonly label: string;
  readonly title: string;
  readonly sort?: SortKey;
  readonly number?: boolean;
  /** Shown from this width of the table, CSS pixels. */
  readonly from: number;
  /** Track of the grid. */
  readonly width: string;
  readonly text: (row: LayerRow) => string;
  /** For files: the plain number or text, and its heading with the unit. */
  readonly cell: (row: LayerRow) => Cell;
  readonly heading: string;
}

const shown = (value: number | undefined, format: (value: number) => string): string =>
  value === undefined ? '–' : format(value);

const layer: LayerColumn = {
  id: 'layer',
  label: 'Layer',
  title: 'Block, in the order of the net; open one to see the kernels that compute it',
  sort: 'position',
  from: 0,
  width: 'minmax(132px, 1.4fr)',
  text: ({ name }) => name,
  cell: ({ name }) => name,
  heading: 'layer',
};
const op: LayerColumn = {
  id: 'op',
  label: 'Op and kernel',
  title: 'Block and its arguments; for a kernel the ops it computes and its variant',
  from: 560,
  width: 'minmax(120px, 1.2fr)',
  text: (row) => (row.kind === 'block' ? `${row.word} ${row.detail}`.trim() : row.kernel),
  cell: (row) => (row.kind === 'block' ? `${row.word} ${row.detail}`.trim() : `${row.ops}: ${row.kernel}`),
  heading: 'op and kernel',
};
const output: LayerColumn = {
  id: 'output',
  label: 'Output',
  title: 'Shape of the output: height × width × channels',
  number: true,
  from: 680,
  width: '92px',
  text: ({ output: shape }) => shapeText(shape),
  cell: ({ output: shape }) => shapeText(shape),
  heading: 'output',
};
const ms: LayerColumn = {
  id: 'ms',
  label: 'Time',
  title:
    'Median time of its dispatches (mean, where the clock’s step is too coarse), each in a pass of its own; a kernel that computes several layers is shared out among them',
  sort: 'ms',
  number: true,
  from: 0,
  width: '68px',
  text: (row) => shown(row.ms, milliseconds),
  cell: (row) => row.ms,
  heading: 'time, ms',
};
const msOff: LayerColumn = {
  id: 'msOff',
  label: '±',
  title: 'Half of the 95 % interval of the time: measured again, it lies within this in 19 of 20 cases',
  number: true,
  from: 980,
  width: '80px',
  text: (row) => (row.msOff === undefined ? '' : `±${milliseconds(row.msOff)}`),
  cell: (row) => row.msOff,
  heading: '± 95 %, ms',
};
const share: LayerColumn = {
  id: 'share',
  label: 'Share',
  title: 'Part of the sum of all layers',
  from: 0,
  width: 'minmax(72px, 0.9fr)',
  text: () => '',
  cell: (row) => row.share,
  heading: 'share of the sum of layers',
};
const macRate: LayerColumn = {
  id: 'macRate',
  label: 'MAC/s',
  title: 'Multiply-accumulates a second that were reached',
  sort: 'macRate',
  number: true,
  from: 760,
  width: '80px',
  text: (row) => shown(row.macRate, (value) => si(value)),
  cell: (row) => row.macRate,
  heading: 'MAC/s',
};
const byteRate: LayerColumn = {
  id: 'byteRate',
  label: 'Bytes/s',
  title: 'Bytes a second that its kernels read and wrote',
  sort: 'byteRate',
  number: true,
  from: 840,
  width: '88px',
  text: (row) => shown(row.byteRate, byteRateText),
  cell: (row) => row.byteRate,
  heading: 'bytes/s',
};
const macs: LayerColumn = {
  id: 'macs',
  label: 'MACs',
  title: 'Multiply-accumulates for one picture',
  sort: 'macs',
  number: true,
  from: 620,
  width: '68px',
  text: (row) => si(Math.round(row.macs)),
  cell: (row) => Math.round(row.macs),
  heading: 'MACs',
};
const params: LayerColumn = {
  id: 'params',
  label: 'Params',
  title: 'Trainable parameters',
  sort: 'params',
  number: true,
  from: 920,
  width: '68px',
  text: (row) => si(row.params),
  cell: (row) => row.params,
  heading: 'params',
};
const delta: LayerColumn = {
  id: 'change',
  label: 'Δ baseline',
  title: 'Change of the time against the same block of the pinned baseline',
  sort: 'change',
  number: true,
  from: 480,
  width: '84px',
  text: (row) =>
    row.kind === 'kernel'
      ? ''
      : row.baselineMs === undefined && row.ms !== undefined
        ? 'new'
        : shown(change(row), signedMs),
  cell: change,
  heading: 'change against the baseline, ms',
};

export const allColumns: readonly LayerColumn[] = [
  layer,
  op,
  output,
  ms,
  msOff,
  share,
  delta,
  macRate,
  byteRate,
  macs,
  params,
];

/** Columns that are wanted and fit the width. */
export const columnsFor = (
  width: number,
  withBaseline: boolean,
  hidden: ReadonlySet<string> = new Set(),
): readonly LayerColumn[] =>
  allColumns.filter((column) => width >= column.from && !hidden.has(column.id) && (withBaseline || column !== delta));

/** The table as it is looked at: its rows in their order, its columns, plain numbers. */
export const tableCsv = (rows: readonly LayerRow[], columns: readonly LayerColumn[]): string =>
  csv(
    columns.map(({ heading }) => heading),
    rows.map((row) => columns.map(({ cell }) => cell(row))),
  );

/** Every kernel of every block; parts of one dispatch in several blocks are rows of their own, so that columns add up. */
export function layersCsv(blocks: readonly BlockRow[]): string {
  const header = [
    'layer',
    'block',
    'ops',
    'kernel',
    'dispatch',
    'part of dispatch',
    'output',
    'ms',
    '± 95 %, ms',
    'share',
    'MAC/s',
    'bytes/s',
    'MACs',
    'bytes',
    'params',
    'nodes',
  ];
  const line = (block: BlockRow, row: KernelRow): Cell[] => [
    row.name,
    `${block.word} ${block.detail}`.trim(),
    row.ops,
    row.kernel,
    row.dispatch,
    row.part,
    shapeText(row.output),
    row.ms,
    row.msOff,
    row.share,
    row.macRate,
    row.byteRate,
    Math.round(row.macs),
    row.bytes === undefined ? undefined : Math.round(row.bytes),
    row.params,
    row.nodes.join(' '),
  ];
  return csv(
    header,
    blocks.flatMap((block) => block.kernels.map((kernel) => line(block, kernel))),
  );
}
