// What the graph can be coloured by: one number a node, added up over a block, and a colour scale that works in both themes.
import type { Accounting } from '../../../graph/cost/cost.ts';
import { bytes, milliseconds, percent, si } from '../../parts/format.ts';
import type { Unit } from '../../drawing/scene.ts';

export type Metric = 'none' | 'ms' | 'share' | 'macs' | 'params' | 'bytes' | 'rate' | 'noise';

export const metrics: readonly {
  readonly metric: Metric;
  readonly label: string;
  readonly title: string;
  /** Needs times; `quantized`: needs the Quantize pane's comparison of layers. */
  readonly measured: boolean | 'quantized';
}[] = [
  { metric: 'none', label: 'None', title: 'No colouring', measured: false },
  { metric: 'ms', label: 'Time', title: 'Measured milliseconds on this device', measured: true },
  { metric: 'share', label: 'Share', title: 'Share of the measured time', measured: true },
  { metric: 'rate', label: 'GMAC/s', title: 'Multiply-accumulates per second reached', measured: true },
  { metric: 'macs', label: 'MACs', title: 'Multiply-accumulates', measured: false },
  { metric: 'params', label: 'Params', title: 'Trainable parameters', measured: false },
  {
    metric: 'bytes',
    label: 'Bytes unfused',
    title: 'Bytes read and written by the ops one by one, before fusion',
    measured: false,
  },
  {
    metric: 'noise',
    label: 'int8 noise',
    title: 'Signal to quantization noise of the layer in int8 (Quantize, Layers); the noisiest are darkest',
    measured: 'quantized',
  },
];

/** Measured time of each node in milliseconds, and of the whole; a fused kernel's time is already shared out over its nodes. */
export interface NodeTimes {
  readonly ms: ReadonlyMap<string, number>;
  readonly totalMs: number;
}

/** Signal to quantization noise of each node that was compared, dB. */
export type NodeNoise = ReadonlyMap<string, number>;

export type HeatOf = (nodes: readonly { readonly id: string }[]) => number | undefined;

/** Value of a group of nodes under a metric; undefined where nothing was measured. */
export function heatOf(
  metric: Metric,
  accounting: Accounting,
  times: NodeTimes | undefined,
  noise?: NodeNoise,
): HeatOf {
  const costs = new Map(accounting.nodes.map((cost) => [cost.id, cost]));
  const sum = (
    nodes: readonly { readonly id: string }[],
    value: (id: string) => number | undefined,
  ): number | undefined => {
    let total: number | undefined;
    for (const { id } of nodes) {
      const own = value(id);
      if (own !== undefined) total = (total ?? 0) + own;
    }
    return total;
  };
  switch (metric) {
    case 'none':
      return () => undefined;
    case 'ms':
      return (nodes) => times && sum(nodes, (id) => times.ms.get(id));
    case 'share':
      return (nodes) => {
        const ms = times && sum(nodes, (id) => times.ms.get(id));
        return ms === undefined || !times?.totalMs ? undefined : ms / times.totalMs;
      };
    case 'rate':
      return (nodes) => {
        const ms = times && sum(nodes, (id) => times.ms.get(id));
        const macs = sum(nodes, (id) => costs.get(id)?.macs) ?? 0;
        return ms && macs ? macs / ms / 1e6 : undefined;
      };
    case 'noise':
      // Noise over signal, of the noisiest node: what a block hands on is no sum.
      return (nodes) => {
        const own = nodes.flatMap(({ id }) => noise?.get(id) ?? []);
        return own.length === 0 ? undefined : 10 ** (-Math.min(...own) / 20);
      };
    default:
      return (nodes) => sum(nodes, (id) => costs.get(id)?.[metric]);
  }
}

export function showMetric(metric: Metric, value: number | undefined): string {
  if (value === undefined) return '';
  if (metric === 'ms') return milliseconds(value);
  if (metric === 'share') return percent(value);
  if (metric === 'bytes') return bytes(value);
  if (metric === 'noise') return value === 0 ? 'equal' : `${(-20 * Math.log10(value)).toFixed(1)}\u202fdB`;
  if (metric === 'rate') return `${si(value * 1e9, 'MAC/s')}`;
  return si(value);
}

/** 0…1 for the largest value of the units: the square root keeps small layers apart. */
export function heatScale(units: readonly Unit[], heat: HeatOf): (value: number | undefined) => number {
  const largest = Math.max(0, ...units.map(({ nodes }) => heat(nodes) ?? 0));
  if (largest === 0) return () => 0;
  return (value) => Math.sqrt((value ?? 0) / largest);
}
