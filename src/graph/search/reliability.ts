// What a predictor of quality is worth: how many pairs of equal cost it orders right, on nets that it was not fitted to.
import type { Predictor, Sample } from './ridge.ts';

interface Judged {
  readonly macs: number;
  readonly truth: number;
  readonly predicted: number;
}

/**
 * Pairs whose MACs lie within `apart` of each other and whose true quality differs by more than `least`, and how many of them are put in
 * the right order: the question that a search at a fixed budget asks. Half of them is a coin.
 */
export function equalCostPairs(
  nets: readonly Judged[],
  least: number,
  apart = 0.05,
): { readonly right: number; readonly pairs: number; readonly differences: readonly number[] } {
  let right = 0;
  const differences: number[] = [];
  const sorted = nets.toSorted((a, b) => a.macs - b.macs);
  for (const [i, a] of sorted.entries())
    for (let j = i + 1; j < sorted.length && sorted[j]!.macs <= a.macs * (1 + apart); j++) {
      const b = sorted[j]!;
      const difference = b.truth - a.truth;
      if (Math.abs(difference) <= least) continue;
      differences.push(Math.abs(difference));
      if (difference * (b.predicted - a.predicted) > 0) right++;
    }
  return { right, pairs: differences.length, differences };
}

export interface Reliability {
  /** Estimated share of equal-cost pairs that the predictor orders right; undefined where nothing can be said. */
  readonly share: number | undefined;
  /** Pairs that it was counted on. */
  readonly pairs: number;
  /** Whether the trainings carry a search; if not, no front is drawn. */
  readonly enough: boolean;
}

/** A predictor that orders fewer than these right is not shown as a quality. */
const leastShare = 0.75;

/**
 * The share on held-out samples. Their own noise turns some pairs round, which is not the predictor's fault: with f the share of pairs
 * that noise turned, a predictor of share p is seen to order p (1 − f) + (1 − p) f right.
 * @param noise Standard deviation of one training's result, in the samples' unit: from nets that were trained more than once.
 * @param least Differences of quality that count, same unit.
 */
export function reliabilityOf(
  predictor: Predictor,
  samples: readonly Sample[],
  noise: number,
  least: number,
  apart = 0.25,
): Reliability {
  const judged = samples.map(({ macs, quality }, i) => ({ macs, truth: quality, predicted: predictor.heldOut[i]! }));
  const { right, pairs, differences } = equalCostPairs(judged, least, apart);
  if (pairs < 10) return { share: undefined, pairs, enough: false };
  // A seen difference d is the sum of a true one (variance t²) and noise (variance s²): given d, the true one is normal around d t²/(t² + s²).
  const s2 = 2 * noise ** 2;
  const t2 = Math.max(0, differences.reduce((sum, d) => sum + d ** 2, 0) / pairs - s2);
  const turned =
    s2 === 0
      ? 0
      : t2 === 0
        ? 0.5
        : differences.reduce((sum, d) => sum + normalBelow((-d * Math.sqrt(t2)) / Math.sqrt(s2 * (t2 + s2))), 0) /
          pairs;
  const seen = right / pairs;
  if (turned > 0.35) return { share: undefined, pairs, enough: false };
  const share = Math.min(1, Math.max(0, (seen - turned) / (1 - 2 * turned)));
  // Where the differences are mostly noise, the share is a guess as well.
  return { share, pairs, enough: share >= leastShare && s2 <= t2 };
}

/** Standard normal distribution function (Abramowitz and Stegun 1964, 26.2.17: within 7.5e-8). */
function normalBelow(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return x > 0 ? 1 - tail : tail;
}
