// What a measured pair or a count says of a claim: reproduced, in part, not at all.
import type { CountTest, PairTest } from './claim.ts';

/** Of the ratio b ÷ a: its value and 95 % interval. */
export interface Ratio {
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
}

export type ClaimVerdict = 'reproduces' | 'weaker' | 'stronger' | 'undecided' | 'opposite' | 'differs';

/** Each verdict in words that stand alone. */
export const verdictText: Readonly<Record<ClaimVerdict, string>> = {
  reproduces: 'Reproduces here',
  weaker: 'Same direction, less than claimed',
  stronger: 'Same direction, more than claimed',
  undecided: 'No difference shown',
  opposite: 'The other way round here',
  differs: 'Does not reproduce here',
};

/** Times within a tenth of each other are alike. */
const alike = 0.1;

export function pairVerdict({ says, ratio }: PairTest, { value, interval: [low, high] }: Ratio): ClaimVerdict {
  if (says === 'alike') {
    if (low >= 1 - alike && high <= 1 + alike) return 'reproduces';
    return high < 1 - alike || low > 1 + alike ? 'differs' : 'undecided';
  }
  if (low <= 1 && high >= 1) return 'undecided';
  if (says === 'faster' ? low > 1 : high < 1) return 'opposite';
  // A tenth of the claimed change is within what another device makes of it.
  const near =
    ratio === undefined || (low <= ratio && ratio <= high) || Math.abs(value - ratio) <= alike * Math.abs(1 - ratio);
  if (near) return 'reproduces';
  const more = says === 'faster' ? value < ratio : value > ratio;
  return more ? 'stronger' : 'weaker';
}

/** Programs differ in a pool or a bias: within a per cent it is the same count. */
const counted = 0.01;

/** Equal when rounded to the digits that were printed, two unless it says one, or within a per cent. */
export function countVerdict({ printed, digits: known }: CountTest, here: number): ClaimVerdict {
  let digits = known ?? 2;
  while (Number(printed.toPrecision(digits)) !== printed && digits < 12) digits++;
  const same = Number(here.toPrecision(digits)) === printed || Math.abs(here - printed) <= counted * printed;
  return same ? 'reproduces' : 'differs';
}
