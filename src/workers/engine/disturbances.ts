// What spoiled a measurement, seen from its own times: a device that changed its pace, or one that something else used as well.
// A quiet run must not be accused: both tests stay silent for noise of any size that is the same from begin to end.

export const disturbances = ['drift', 'bursts', 'hidden'] as const;
/** `drift`: the runs became slower or faster; `bursts`: some took much longer than the rest; `hidden`: the page was not shown meanwhile. */
export type Disturbance = (typeof disturbances)[number];

/** Fewer runs tell nothing. */
const fewest = 15;
/** The first and the last third must differ by this share … */
const driftShare = 0.07;
/** … and by this many standard deviations of a rank sum; of few runs by this share of what there can be, since one or two may stand out. */
const driftSigmas = 3;
const driftOrder = 0.87;
/** A run that took this much longer than the median, beyond what the middle half of all runs spreads, is none of the rest's kind. */
const burstShare = 0.4;
const burstSpreads = 4;
const burstsOfAll = 0.08;

/** @param times Of equal runs, in their order, any unit. */
export function disturbancesOf(times: readonly number[]): Disturbance[] {
  if (times.length < fewest) return [];
  return [...(drifted(times) ? (['drift'] as const) : []), ...(bursts(times) ? (['bursts'] as const) : [])];
}

/** The first third against the last: Wilcoxon's rank sum in its normal approximation (Mann and Whitney 1947). */
function drifted(times: readonly number[]): boolean {
  const third = Math.floor(times.length / 3);
  const [first, last] = [times.slice(0, third), times.slice(-third)];
  const later = first.reduce(
    (sum, a) => sum + last.reduce((count, b) => count + (b > a ? 1 : b === a ? 0.5 : 0), 0),
    0,
  );
  const sigma = Math.sqrt((third * third * (2 * third + 1)) / 12);
  const [early, late] = [middle(first), middle(last)];
  const most = (third * third) / 2 / sigma;
  const enough = Math.min(driftSigmas, driftOrder * most);
  return (
    Math.abs(later - (third * third) / 2) / sigma >= enough &&
    Math.abs(late - early) > driftShare * Math.min(early, late)
  );
}

function bursts(times: readonly number[]): boolean {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] as number;
  const limit = at(0.5) + Math.max(burstShare * at(0.5), burstSpreads * (at(0.5) - at(0.25)));
  return times.filter((time) => time > limit).length >= Math.max(2, burstsOfAll * times.length);
}

function middle(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
