// A space as a search problem: what its nets cost, by how much they miss the limits, and which of its nets costs least.
import { accounting } from '../../cost/cost.ts';
import type { InferredGraph } from '../../ir/graph.ts';
import { check } from '../../notation/check.ts';
import type { Genotype } from '../genes.ts';
import { Draws } from '../random.ts';
import type { Cost, SearchProblem } from '../search.ts';
import type { Space } from './space.ts';

/** What a limit or an objective may be: milliseconds, multiply-accumulates, parameters, bytes of float32 activations alive at the worst moment. */
export const costNames = ['ms', 'macs', 'params', 'peak'] as const;
export type CostName = (typeof costNames)[number];
export type Costs = Readonly<Record<Exclude<CostName, 'ms'>, number>> & { readonly ms?: number };

/** A net of the space with its costs; `text` is canonical and names it. */
export interface SpaceNet {
  readonly text: string;
  readonly graph: InferredGraph;
  readonly costs: Costs;
}

export interface SpaceProblem extends SearchProblem {
  /** Undefined where the choices make no net. */
  net(genotype: Genotype): SpaceNet | undefined;
}

export interface SpaceQuestion {
  /** Each is minimised, beside quality, which is maximised. At least one. */
  readonly objectives: readonly CostName[];
  /** Largest allowed; only what is named is limited. */
  readonly limits: Partial<Record<CostName, number>>;
  /** Milliseconds of a net, asked anew each time; undefined where the costs do not ask for it. */
  readonly latency?: (graph: InferredGraph) => number;
  readonly measuredFor?: (generations: number) => void;
  readonly quality: (net: SpaceNet, genotype: Genotype) => number;
}

/** Nets are built once a genotype and kept: methods ask for the same one several times. */
export function problemOfSpace(space: Space, question: SpaceQuestion): SpaceProblem {
  const { objectives, limits, latency, quality, measuredFor } = question;
  const nets = new Map<string, SpaceNet | undefined>();
  const build = (genotype: Genotype): SpaceNet | undefined => {
    const made = space.instantiate(genotype);
    const graph = 'text' in made ? check(made.text).graph : undefined;
    if (!('text' in made) || !graph) return undefined;
    const { params, macs, peakLiveBytes } = accounting(graph).total;
    return { text: made.text, graph, costs: { params, macs: macs.total, peak: peakLiveBytes } };
  };
  const net = (genotype: Genotype): SpaceNet | undefined => {
    const key = genotype.join();
    if (!nets.has(key)) nets.set(key, build(genotype));
    const found = nets.get(key);
    return found && latency ? { ...found, costs: { ...found.costs, ms: latency(found.graph) } } : found;
  };
  const violation = (costs: Costs): number =>
    costNames.reduce((sum, name) => sum + Math.max(0, (costs[name] ?? 0) / (limits[name] ?? Infinity) - 1), 0);
  return {
    genes: space.genes,
    net,
    cost(genotype): Cost | undefined {
      const found = net(genotype);
      if (!found) return undefined;
      const costs = objectives.map((name) => found.costs[name] ?? 0);
      return { key: found.text, costs, violation: violation(found.costs) };
    },
    judge: (genotype) => quality(net(genotype)!, genotype),
    active: (genotype, gene) => space.active(genotype, gene),
    ...(measuredFor && { measuredFor }),
  };
}

/** Local moves that {@link leastOf} tries at most. */
const moves = 200;

/**
 * The net of a space that costs least, as far as going through the genes one by one finds it: from every set's first value, and from a few
 * random nets. With `under`, of those nets that keep another limit, or of those that miss it least. Undefined where no net was found.
 */
export function leastOf(
  problem: SpaceProblem,
  name: CostName,
  seed: number,
  under?: { readonly name: CostName; readonly limit: number },
  drawn = 4,
): SpaceNet | undefined {
  const costOf = (genotype: Genotype): number => problem.net(genotype)?.costs[name] ?? Infinity;
  const missed = (genotype: Genotype): number =>
    under ? Math.max(0, (problem.net(genotype)?.costs[under.name] ?? Infinity) / under.limit - 1) : 0;
  const isBetter = (one: Genotype, other: Genotype): boolean => {
    const [a, b] = [missed(one), missed(other)];
    return a === b ? costOf(one) < costOf(other) : a < b;
  };
  const starts = Array.from({ length: drawn }, (_, i) => {
    const draws = new Draws(seed, i);
    return problem.genes.map(({ options }) => (i === 0 ? 0 : draws.below(options)));
  });
  let best = starts.reduce((a, b) => (isBetter(b, a) ? b : a));
  let tried = 0;
  for (let improved = true; improved && tried < moves;) {
    improved = false;
    for (const [gene, { options }] of problem.genes.entries())
      for (let option = 0; option < options && tried < moves; option++) {
        if (option === best[gene] || problem.active?.(best, gene) === false) continue;
        const other = best.with(gene, option);
        tried++;
        if (!isBetter(other, best)) continue;
        best = other;
        improved = true;
      }
  }
  return problem.net(best);
}
