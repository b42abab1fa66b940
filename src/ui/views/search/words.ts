// Costs and quality in words. No per cent of accuracy: nets of a front were not trained, their quality is an order or a fit's guess.
import type { CostName, Costs } from '../../../graph/search/space/problem.ts';
import type { QualityFacts } from '../../../graph/search/quality.ts';
import { bytes, milliseconds, si } from '../../parts/format.ts';

export const costLabels: Readonly<Record<CostName, string>> = {
  ms: 'Milliseconds',
  macs: 'MACs',
  params: 'Params',
  peak: 'Peak',
};

export const costText = (name: CostName, value: number): string =>
  name === 'ms' ? milliseconds(value) : name === 'peak' ? bytes(value) : si(value);

export const costOf = (costs: Costs, name: CostName): number => costs[name] ?? NaN;

export const qualityLabel = (source: QualityFacts['source']): string =>
  source === 'prior' ? 'Order by size' : 'Predicted quality';

export const qualityText = (value: number, source: QualityFacts['source']): string =>
  source === 'prior' ? value.toFixed(3) : String(Number(value.toPrecision(4)));
