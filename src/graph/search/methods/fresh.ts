// What all methods share: drawing until a net comes that is new and keeps the limits, with an end to it.
import { randomGenotype } from '../genes.ts';
import { Draws } from '../random.ts';
import { tries, type SearchContext, type Proposal } from '../search.ts';

/**
 * A net that is new to the search and to `taken`, drawn by `draw`; feasible, or after all tries the new one that missed the limits least.
 * Once-for-all's finder draws without an end, and hangs where no net keeps the limit.
 */
export function fresh(
  { problem, isKnown }: SearchContext,
  taken: Set<string>,
  draw: (attempt: number) => Proposal,
): Proposal | undefined {
  let least: { proposal: Proposal; key: string; violation: number } | undefined;
  for (let attempt = 0; attempt < tries; attempt++) {
    const proposal = draw(attempt);
    const cost = problem.cost(proposal.genotype);
    if (!cost || isKnown(cost.key) || taken.has(cost.key)) continue;
    if (!least || cost.violation < least.violation) least = { proposal, key: cost.key, violation: cost.violation };
    if (cost.violation === 0) break;
  }
  if (least) taken.add(least.key);
  return least?.proposal;
}

/** `count` nets drawn uniformly, behind those that are given as seeds. */
export function firstGeneration(
  context: SearchContext,
  count: number,
  seeds: readonly (readonly number[])[],
): readonly Proposal[] {
  const taken = new Set<string>();
  const proposals: Proposal[] = [];
  for (let i = 0; i < count; i++) {
    const draws = new Draws(context.seed, context.generation, i);
    const seed = seeds[i];
    const proposal = seed
      ? { genotype: seed, why: 'seed' as const }
      : fresh(context, taken, () => ({ genotype: randomGenotype(context.problem.genes, draws), why: 'random' }));
    if (proposal) proposals.push(proposal);
  }
  return proposals;
}
