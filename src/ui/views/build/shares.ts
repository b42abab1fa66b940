// The thin bar of each row: the line's part of the whole net in what the user chose to see.
import { bytes, milliseconds, percent, si } from '../../parts/format.ts';
import type { NodeTimes } from '../../state/measurements/heat.ts';
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import type { Row } from './rows.ts';

export const shareMetrics = [
  { metric: 'macs', label: 'MACs', title: 'Multiply-accumulates' },
  { metric: 'params', label: 'Params', title: 'Trainable parameters' },
  { metric: 'bytes', label: 'Bytes', title: 'Bytes read and written by the ops one by one, before fusion' },
  { metric: 'ms', label: 'Time', title: 'Measured milliseconds on this device' },
] as const;
export type ShareMetric = (typeof shareMetrics)[number]['metric'];

export interface Share {
  /** 0…1 of the largest row, for the bar. */
  readonly bar: (index: number) => number;
  /** `12.3 % of the MACs (36.9 M)`; empty where nothing is known. */
  readonly title: (index: number) => string;
}

export function shareOf(
  metric: ShareMetric,
  rows: readonly Row[],
  graph: InferredGraph | undefined,
  times: NodeTimes | undefined,
): Share {
  const values =
    metric === 'ms' ? timesOf(graph, times) : new Map(rows.map(({ index, facts }) => [index, facts?.total[metric]]));
  const known = [...values.values()].filter((value) => value !== undefined);
  const [largest, total] = [Math.max(0, ...known), known.reduce((sum, value) => sum + value, 0)];
  const show = metric === 'ms' ? milliseconds : metric === 'bytes' ? bytes : si;
  const label = shareMetrics.find((option) => option.metric === metric)?.label ?? '';
  return {
    bar: (index) => (largest > 0 ? (values.get(index) ?? 0) / largest : 0),
    title: (index) => {
      const value = values.get(index);
      return value === undefined || total === 0
        ? ''
        : `${percent(value / total)} of ${label === 'Time' ? 'the time' : label} (${show(value)})`;
    },
  };
}

function timesOf(graph: InferredGraph | undefined, times: NodeTimes | undefined): Map<number, number | undefined> {
  const result = new Map<number, number | undefined>();
  if (!graph || !times) return result;
  for (const { id, block } of graph.nodes) {
    const ms = times.ms.get(id);
    if (ms !== undefined) result.set(block, (result.get(block) ?? 0) + ms);
  }
  return result;
}
