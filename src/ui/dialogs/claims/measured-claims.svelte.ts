// What was counted and timed of papers' claims on this device, kept until the page closes.
import { SvelteMap } from 'svelte/reactivity';
import type { Claim, Paper, PairTest } from '../../../graph/claims/claim.ts';
import { countHere, sideText } from '../../../graph/claims/side.ts';
import type { Pairs } from '../../../workers/engine/pairs.ts';
import type { BenchRun } from '../../views/profile/bench-run.svelte.ts';

export const keyOfClaim = (paper: Paper, claim: Claim): string => `${paper.id}/${claim.id}`;

export const countedClaims = new SvelteMap<string, number>();
export const timedClaims = new SvelteMap<string, Pairs>();

/** Lets the page answer between two nets. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Counts what a paper's claims count, one net after the other. */
export async function countPaper(paper: Paper): Promise<void> {
  for (const claim of paper.claims) {
    const key = keyOfClaim(paper, claim);
    if (claim.test.kind !== 'count' || countedClaims.has(key)) continue;
    await breathe();
    countedClaims.set(key, countHere(claim.test));
  }
}

const pairsOfEach = 15;
const budgetMs = 8000;

/** False when it was stopped or failed. */
export async function timeClaim(run: BenchRun, paper: Paper, claim: Claim, { a, b }: PairTest): Promise<boolean> {
  const pairs = await run.run<Pairs>((calls, ticket) =>
    calls.pair(ticket, {
      net: { name: a.title, text: sideText(a) },
      variant: { name: b.title, text: sideText(b) },
      pairs: pairsOfEach,
      budgetMs,
    }),
  );
  if (pairs) timedClaims.set(keyOfClaim(paper, claim), pairs);
  return pairs !== undefined;
}
