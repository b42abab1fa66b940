// What a search answers with: limits that nothing keeps, said first, and the front with its costs.
import type { Genotype } from './genes.ts';
import { objectivesOf } from './methods/nsga2.ts';
import { front } from './pareto.ts';
import type { JudgedNet } from './search.ts';
import { costNames, leastOf, type CostName, type Costs, type SpaceProblem } from './space/problem.ts';

export interface FoundNet {
  readonly genotype: Genotype;
  /** In the unit of the quality's source; of the prior a number without a unit that only orders. */
  readonly quality: number;
  readonly costs: Costs;
  /** Of the whole net on the device, input to logits. */
  readonly measuredMs?: number;
  readonly text: string;
}

const words: Readonly<Record<CostName, (value: number) => string>> = {
  ms: (value) => `${value.toFixed(2)} ms on this device`,
  macs: (value) => `${(value / 1e6).toFixed(1)} million MACs`,
  params: (value) => `${(value / 1e6).toFixed(2)} million parameters`,
  peak: (value) => `${(value / 1e6).toFixed(2)} MB of activations`,
};

/** Nets that are drawn to see whether limits that are kept one by one can be kept together. */
const drawnForPairs = 64;

/**
 * Limits that no net of the space keeps, as a sentence: one of them, or two that nets keep only one at a time.
 * Cheap: what nets cost is known without judging them.
 */
export function firstImpossible(
  problem: SpaceProblem,
  limits: Partial<Record<CostName, number>>,
  seed: number,
): string | undefined {
  const asked = costNames.filter((name) => limits[name] !== undefined);
  const least = new Map<CostName, Costs>();
  for (const name of asked) {
    const net = leastOf(problem, name, seed);
    if (!net) return 'No net of this space can be built.';
    const [found, limit] = [net.costs[name] ?? 0, limits[name]!];
    if (found > limit)
      return `No net of this space was found below ${words[name](found)}; you asked for ${words[name](limit)}.`;
    least.set(name, net.costs);
  }
  const keeps = (costs: Costs, names: readonly CostName[]): boolean =>
    names.every((name) => (costs[name] ?? 0) <= limits[name]!);
  if (asked.length < 2 || [...least.values()].some((costs) => keeps(costs, asked))) return undefined;
  for (const [i, one] of asked.entries())
    for (const other of asked.slice(i + 1)) {
      const net = leastOf(problem, one, seed, { name: other, limit: limits[other]! }, drawnForPairs);
      if (!net || keeps(net.costs, [one, other])) continue;
      return `No net of this space was found that keeps both ${words[one](limits[one]!)} and ${words[other](limits[other]!)}: with the second, the least is ${words[one](net.costs[one] ?? 0)}.`;
    }
  return undefined;
}

/** The nets that no other feasible one of the log beats, cheapest first. */
export function frontOf(problem: SpaceProblem, log: readonly JudgedNet[]): FoundNet[] {
  const points = log
    .filter(({ violation }) => violation === 0)
    .map((net) => ({ objectives: objectivesOf(net), violation: 0, net }));
  return front(points).map(({ net: { genotype, quality } }) => {
    const { text, costs } = problem.net(genotype)!;
    return { genotype, quality, costs, text };
  });
}

/** At most this many of a front are measured whole. */
const mostMeasured = 12;

/** Which of a front of that many are measured whole: spread over it, its ends included. */
export function measuredPlaces(members: number): ReadonlySet<number> {
  const count = Math.min(mostMeasured, members);
  return new Set(Array.from({ length: count }, (_, i) => Math.round((i * (members - 1)) / Math.max(1, count - 1))));
}
