// What a curve shows of a run: one number of every step, and a smoothed form of it, for a scale that both fit.
import type { CurvePoint } from '../../../graph/train/training-run.ts';
import { percent } from '../../parts/format.ts';

export type CurveMetric = 'loss' | 'accuracy' | 'rate' | 'gradientNorm';

export const metrics: readonly { readonly id: CurveMetric; readonly label: string; readonly title: string }[] = [
  { id: 'loss', label: 'Loss', title: 'Cross-entropy of each batch, before its update' },
  { id: 'accuracy', label: 'Accuracy', title: 'Share of each batch that got its class' },
  { id: 'rate', label: 'Rate', title: 'Learning rate of each step' },
  { id: 'gradientNorm', label: 'Gradient', title: 'l2 norm over all gradients, before clipping' },
];

export const valueWords = (metric: CurveMetric, value: number): string => {
  if (!Number.isFinite(value)) return 'not finite';
  return metric === 'accuracy' ? percent(value) : String(Number(value.toPrecision(3)));
};

export interface CurvePlace {
  readonly step: number;
  readonly value: number;
}

export const placesOf = (points: readonly CurvePoint[], metric: CurveMetric): CurvePlace[] =>
  points.flatMap(({ step, [metric]: value }) => (Number.isFinite(value) ? [{ step, value }] : []));

/** Mean of the neighbours, wider for longer runs: single batches are noisy. Rates are not. */
export function smoothed(places: readonly CurvePlace[], metric: CurveMetric): readonly CurvePlace[] {
  if (metric === 'rate' || places.length < 8) return places;
  const reach = Math.max(2, Math.round(places.length / 40));
  return places.map(({ step }, i) => {
    const near = places.slice(Math.max(0, i - reach), i + reach + 1);
    return { step, value: near.reduce((sum, { value }) => sum + value, 0) / near.length };
  });
}
