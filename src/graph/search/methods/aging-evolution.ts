// Aging evolution (Real et al. 2019, Regularized Evolution, algorithm 1) on a reward of quality and costs: MnasNet's search without its controller.
import { crossed, mutated, type Genotype } from '../genes.ts';
import { Draws } from '../random.ts';
import type { JudgedNet, Proposal, SearchMethod } from '../search.ts';
import { firstGeneration, fresh } from './fresh.ts';

interface Settings {
  /** Nets alive. */
  readonly population: number;
  /** Nets drawn, of which the best is the parent. */
  readonly sample: number;
  /** Share of children that cross their parent with another net first. */
  readonly crossover: number;
  readonly seeds?: readonly Genotype[];
  /** What the parents are chosen by, larger is better. */
  reward(evaluation: JudgedNet): number;
}

const usual: Settings = { population: 32, sample: 8, crossover: 0.3, reward: ({ quality }) => quality };

/** The state is the nets alive, oldest first: a child pushes the oldest out. Infeasible nets are parents only while nothing better lives. */
export function agingEvolution(settings: Partial<Settings> = {}): SearchMethod<readonly JudgedNet[]> {
  const { population, sample, crossover, reward, seeds = [] } = { ...usual, ...settings };
  const better = (a: JudgedNet, b: JudgedNet): boolean =>
    a.violation !== b.violation ? a.violation < b.violation : reward(a) > reward(b);

  return {
    name: 'aging evolution',
    start: [],
    propose(alive, context) {
      if (alive.length === 0) return firstGeneration(context, population, seeds);
      const { genes, active } = context.problem;
      const draws = new Draws(context.seed, context.generation);
      const parent = (): JudgedNet => {
        let best = alive[draws.below(alive.length)]!;
        for (let i = 1; i < Math.min(sample, alive.length); i++) {
          const other = alive[draws.below(alive.length)]!;
          if (better(other, best)) best = other;
        }
        return best;
      };
      const child = fresh(context, new Set(), (attempt): Proposal => {
        const { genotype } = parent();
        const isCrossed = draws.uniform() < crossover;
        let mixed = isCrossed ? crossed(genes, genotype, alive[draws.below(alive.length)]!.genotype, draws) : genotype;
        // Where every neighbour is known, steps become longer.
        for (let i = 0; i <= attempt / 50; i++)
          mixed = mutated(genes, mixed, draws, (gene) => active?.(mixed, gene) ?? true);
        return { genotype: mixed, why: isCrossed ? 'crossover' : 'mutation' };
      });
      return child ? [child] : [];
    },
    fold: (alive, generation) => [...alive, ...generation].slice(-population),
  };
}
