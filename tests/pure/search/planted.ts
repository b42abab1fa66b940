// A space whose best net is known, for tests of search methods: 8 choices of 4, neighbours interact, and every net can be enumerated.
import type { Genotype } from '../../../src/graph/search/genes.ts';
import { Draws } from '../../../src/graph/search/random.ts';
import type { SearchProblem } from '../../../src/graph/search/search.ts';

const count = 8;
const options = 4;

export interface Planted extends SearchProblem {
  /** All nets within the limit, best first. */
  readonly feasible: readonly { readonly genotype: Genotype; readonly quality: number; readonly cost: number }[];
  /** Standard deviation of quality over them. */
  readonly deviation: number;
}

/** @param limitQuantile Share of all nets that keep the limit on cost. */
export function planted(seed: number, limitQuantile: number): Planted {
  const draws = new Draws(seed, 77);
  const table = (rows: number, columns: number, draw: () => number): number[][] =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, draw));
  const own = table(count, options, () => draws.normal());
  const pairs = table(count - 1, options * options, () => 0.7 * draws.normal());
  // Larger options cost more and, by their mean, are better.
  const costs = table(count, options, () => 0.5 + draws.uniform()).map((row) => {
    let sum = 0;
    return row.map((value) => (sum += value));
  });
  const qualityOf = (genotype: Genotype): number =>
    genotype.reduce((sum, option, i) => {
      const next = genotype[i + 1];
      return sum + own[i]![option]! + 0.4 * option + (next === undefined ? 0 : pairs[i]![option * options + next]!);
    }, 0);
  const costOf = (genotype: Genotype): number => genotype.reduce((sum, option, i) => sum + costs[i]![option]!, 0);

  const all = Array.from({ length: options ** count }, (_, index) => {
    const genotype = Array.from({ length: count }, (_, i) => Math.floor(index / options ** i) % options);
    return { genotype, quality: qualityOf(genotype), cost: costOf(genotype) };
  });
  const limit = all.map(({ cost }) => cost).sort((a, b) => a - b)[Math.floor(all.length * limitQuantile) - 1]!;
  const feasible = all.filter(({ cost }) => cost <= limit).sort((a, b) => b.quality - a.quality);
  const mean = feasible.reduce((sum, { quality }) => sum + quality, 0) / feasible.length;
  const variance = feasible.reduce((sum, { quality }) => sum + (quality - mean) ** 2, 0) / feasible.length;
  return {
    genes: Array.from({ length: count }, (_, line) => ({ options, ordered: true, line })),
    cost(genotype) {
      const cost = costOf(genotype);
      return { key: genotype.join(''), costs: [cost], violation: Math.max(0, cost / limit - 1) };
    },
    judge: qualityOf,
    feasible,
    deviation: Math.sqrt(variance),
  };
}
