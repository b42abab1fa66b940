// How much estimated GPU time may go into one submit: browsers and drivers stop work that blocks the GPU for long.
import type { PlanDispatch } from './plan.ts';

/** What a device does in a millisecond; calibrated, then corrected by every measured run. */
export interface Throughput {
  macsPerMs: number;
  bytesPerMs: number;
}

/** Cautious first guesses: a phone's GPU (20 GMAC/s, 5 GB/s); a software adapter on two cores (1 GMAC/s, 2 GB/s). */
export const firstRate = (software: boolean): Throughput =>
  software ? { macsPerMs: 1e6, bytesPerMs: 2e6 } : { macsPerMs: 20e6, bytesPerMs: 5e6 };

/** Planned GPU work of one submit, in milliseconds. */
export const submitBudgetMs = 100;

export const estimateMs = ({ macs, bytes }: Pick<PlanDispatch, 'macs' | 'bytes'>, rate: Throughput): number =>
  Math.max(macs / rate.macsPerMs, bytes / rate.bytesPerMs);

/** Splits consecutive dispatches so that no range is estimated above the budget, except a single dispatch that is. */
export function submitRanges(estimates: readonly number[], budgetMs = submitBudgetMs): [number, number][] {
  const ranges: [number, number][] = [];
  let from = 0;
  let sum = 0;
  estimates.forEach((estimate, index) => {
    if (index > from && sum + estimate > budgetMs) {
      ranges.push([from, index]);
      from = index;
      sum = 0;
    }
    sum += estimate;
  });
  ranges.push([from, estimates.length]);
  return ranges;
}

/** Runs that are looked at together: the fastest says what the device can do, the others what else the machine was doing. */
export const runsToLearn = 8;

/** Below this, latency is mostly the cost of a submit and a read-back: no reason to call a device slow. */
const tellingMs = 10;

/**
 * Scales the rate so that the estimate of what was run becomes what the fastest of some runs took. Steps are damped: a stall must not turn
 * one submit into many.
 */
export function learn(
  rate: Throughput,
  dispatches: readonly Pick<PlanDispatch, 'macs' | 'bytes'>[],
  fastestMs: number,
): void {
  const estimated = dispatches.reduce((sum, dispatch) => sum + estimateMs(dispatch, rate), 0);
  if (estimated <= 0 || fastestMs <= 0 || (fastestMs < tellingMs && estimated < fastestMs)) return;
  const factor = Math.min(4, Math.max(0.5, estimated / fastestMs));
  rate.macsPerMs *= factor;
  rate.bytesPerMs *= factor;
}
