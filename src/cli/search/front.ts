// What a search answers with: limits that nothing keeps, said first; the front with its costs; its members measured whole.
import { objectivesOf } from '../../graph/search/methods/nsga2.ts';
import { front } from '../../graph/search/pareto.ts';
import type { JudgedNet } from '../../graph/search/search.ts';
import { costNames, leastOf, type CostName, type SpaceProblem } from '../../graph/search/space/problem.ts';
import type { FoundNet } from './report.ts';

const words: Readonly<Record<CostName, (value: number) => string>> = {
  ms: (value) => `${value.toFixed(2)} ms on this device`,
  macs: (value) => `${(value / 1e6).toFixed(1)} million MACs`,
  params: (value) => `${(value / 1e6).toFixed(2)} million parameters`,
  peak: (value) => `${(value / 1e6).toFixed(2)} MB of activations`,
};

/** A limit that no net of the space keeps, as a sentence. */
export function firstImpossible(
  problem: SpaceProblem,
  limits: Partial<Record<CostName, number>>,
  seed: number,
): string | undefined {
  for (const name of costNames) {
    const limit = limits[name];
    if (limit === undefined) continue;
    const least = leastOf(problem, name, seed)?.costs[name];
    if (least === undefined) return 'No net of this space can be built.';
    if (least > limit)
      return `No net of this space was found below ${words[name](least)}; you asked for ${words[name](limit)}.`;
  }
  return undefined;
}

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

/** Members spread over the front, its ends included, are measured whole where there is a device. */
export async function measured(
  found: readonly FoundNet[],
  whole: ((text: string) => Promise<number>) | undefined,
): Promise<FoundNet[]> {
  if (!whole) return [...found];
  const count = Math.min(mostMeasured, found.length);
  const chosen = new Set(
    Array.from({ length: count }, (_, i) => Math.round((i * (found.length - 1)) / Math.max(1, count - 1))),
  );
  const result: FoundNet[] = [];
  for (const [i, net] of found.entries())
    result.push(chosen.has(i) ? { ...net, measuredMs: await whole(net.text) } : net);
  return result;
}
