// Sums over judged nets that are asked for while a search goes on, so they must be quick.
import type { LoggedNet } from '../../../workers/jobs/search/protocol.ts';
import type { MeasuredWhole } from './kept.ts';

/** The feasible nets that no other one beats in both cost and quality, cheapest first; of equal ones the first. */
export function frontIn(log: readonly LoggedNet[]): readonly LoggedNet[] {
  const sorted = log
    .filter(({ violation }) => violation === 0)
    .toSorted((a, b) => (a.costs[0] ?? 0) - (b.costs[0] ?? 0) || b.quality - a.quality);
  let best = -Infinity;
  return sorted.filter(({ quality }) => {
    if (quality <= best) return false;
    best = quality;
    return true;
  });
}

/** Median, least and most of a net's times. */
export function spreadOf(times: readonly number[]): MeasuredWhole {
  const sorted = times.toSorted((a, b) => a - b);
  return { ms: sorted[sorted.length >> 1] ?? NaN, low: sorted[0] ?? NaN, high: sorted.at(-1) ?? NaN };
}
