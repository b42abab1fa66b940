// Once-for-all's finder (Cai et al. 2020, evolution_finder.py): the best net under hard limits by truncation selection.
import { crossed, mutated } from '../genes.ts';
import { Draws } from '../random.ts';
import type { JudgedNet, Proposal, SearchMethod } from '../search.ts';
import { firstGeneration, fresh } from './fresh.ts';

interface Settings {
  readonly population: number;
  /** Share that become parents. */
  readonly parents: number;
  /** Probability that a gene of a mutated child changes. */
  readonly rate: number;
}

/** The authors' defaults; their resolution mutates with 0.5, which is a gene like the others here. */
const usual: Settings = { population: 100, parents: 0.25, rate: 0.1 };

/** The state is the last population, best first: half of the next one are mutated parents, half are crossed. */
export function finder(settings: Partial<Settings> = {}): SearchMethod<readonly JudgedNet[]> {
  const { population, parents, rate } = { ...usual, ...settings };
  const count = Math.max(2, Math.round(population * parents));
  return {
    name: 'finder',
    start: [],
    propose(best, context) {
      if (best.length === 0) return firstGeneration(context, population, []);
      const { genes, active } = context.problem;
      const taken = new Set<string>();
      return Array.from({ length: population - count }, (_, index) => {
        const draws = new Draws(context.seed, context.generation, index);
        const parent = () => best[draws.below(Math.min(count, best.length))]!.genotype;
        return fresh(context, taken, (attempt): Proposal => {
          const isCrossed = index % 2 === 1;
          const mixed = isCrossed ? crossed(genes, parent(), parent(), draws) : parent();
          // Parents that have become alike give nothing new: then more changes.
          const more = attempt / 20;
          const isChanged = !isCrossed || more >= 1;
          const genotype = isChanged
            ? mutated(genes, mixed, draws, (gene) => active?.(mixed, gene) ?? true, Math.min(0.5, rate * (1 + more)))
            : mixed;
          return { genotype, why: isCrossed ? 'crossover' : 'mutation' };
        });
      }).filter((child) => child !== undefined);
    },
    fold: (best, generation) =>
      [...best.slice(0, count), ...generation].toSorted((a, b) => a.violation - b.violation || b.quality - a.quality),
  };
}
