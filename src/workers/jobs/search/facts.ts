// What is said of a space before a search: its size, its choices, between which costs its nets lie, and where the multiply-accumulates of one are.
import type { GivenNet } from '../../../graph/notation/check.ts';
import { randomGenotype, type Genotype } from '../../../graph/search/genes.ts';
import { Draws } from '../../../graph/search/random.ts';
import { costNames, leastOf, problemOfSpace, type SpaceProblem } from '../../../graph/search/space/problem.ts';
import { spaceOf, type Space } from '../../../graph/search/space/space.ts';
import type { Bounds, LineShares, SpaceFacts } from './protocol.ts';

/** Nets drawn to see how large a space's nets are. */
const drawnForMost = 16;

export function spaceFacts(text: string): SpaceFacts {
  const space = spaceOf(text);
  const problems = space.problems
    .filter(({ severity }) => severity === 'error')
    .map(({ message, range }) => `line ${text.slice(0, range.from).split('\n').length}: ${message}`);
  const facts = { size: String(space.size), genes: space.genes, problems };
  if (problems.length > 0) return { ...facts, bounds: {} };
  const problem = problemOfSpace(space, { objectives: ['macs'], limits: {}, quality: () => 0 });
  const first = problem.net(space.genes.map(() => 0));
  const drawn = Array.from({ length: drawnForMost }, (_, i) =>
    problem.net(randomGenotype(space.genes, new Draws(0, i))),
  );
  const last = problem.net(space.genes.map(({ options }) => options - 1));
  const bounds = costNames.flatMap((name): [string, Bounds][] => {
    if (name === 'ms') return [];
    const all = [first, last, ...drawn].flatMap((net) => (net ? [net.costs[name]] : []));
    const least = leastOf(problem, name, 0)?.costs[name];
    if (least === undefined || all.length === 0) return [];
    return [[name, { least, seed: first?.costs[name] ?? least, most: Math.max(least, ...all) }]];
  });
  return { ...facts, bounds: Object.fromEntries(bounds) };
}

/** The first `count` nets that can be built among those drawn; fewer where hardly any can. */
export function drawnNets(space: Space, count: number, seed: number): readonly GivenNet[] {
  const nets: GivenNet[] = [];
  for (let i = 0; nets.length < count && i < 20 * count; i++) {
    const made = space.instantiate(randomGenotype(space.genes, new Draws(seed, i)));
    if ('text' in made) nets.push({ name: `drawn ${nets.length + 1}`, text: made.text });
  }
  return nets;
}

/** For each line of the space that the net has a part of, that part's share of the net's multiply-accumulates. */
export function lineShares(space: Space, problem: SpaceProblem, genotype: Genotype): LineShares {
  const graph = problem.net(genotype)?.graph;
  if (!graph) return [];
  const lines = space.linesOf(genotype);
  const sums = new Map<number, number>();
  let all = 0;
  for (const { id, block } of graph.nodes) {
    const macs = graph.facts.get(id)?.macs ?? 0;
    const line = lines[block];
    all += macs;
    if (line !== undefined) sums.set(line, (sums.get(line) ?? 0) + macs);
  }
  return [...sums].map(([line, macs]) => [line, all === 0 ? 0 : macs / all] as const);
}
