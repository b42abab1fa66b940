// NSGA-II (Deb et al. 2002): several objectives at once, a front for an answer.
import { crossed, mutated, type Genotype } from '../genes.ts';
import { crowding, dominates, fronts, type ObjectivePoint } from '../pareto.ts';
import { Draws } from '../random.ts';
import type { JudgedNet, SearchMethod } from '../search.ts';
import { firstGeneration, fresh } from './fresh.ts';

interface Settings {
  readonly population: number;
  /** Nets a generation. */
  readonly children: number;
  readonly crossover: number;
  readonly seeds?: readonly Genotype[];
}

interface Ranked extends ObjectivePoint {
  readonly evaluation: JudgedNet;
  readonly rank: number;
  readonly crowding: number;
}

/**
 * A small population and few children a generation, since a search on a device judges hundreds of nets and not the ten thousands of the
 * paper: on NAS-Bench-Macro 200 nets cover 0.988 of the true front's area with these, 0.964 with 24, 24 and 0.9 (means of 150 and 50 seeds).
 */
const usual: Settings = { population: 12, children: 6, crossover: 0.5 };

/** What is minimised: every cost, and quality turned round. */
export const objectivesOf = ({ costs, quality }: JudgedNet): readonly number[] => [...costs, -quality];

/** The best of them in Deb's order: by front, then by crowding. */
function survivors(evaluations: readonly JudgedNet[], count: number): readonly Ranked[] {
  const points = evaluations.map((evaluation) => ({
    evaluation,
    objectives: objectivesOf(evaluation),
    violation: evaluation.violation,
  }));
  return fronts(points)
    .flatMap((members, rank) => {
      const distances = crowding(members);
      return members
        .map((member, i) => ({ ...member, rank, crowding: distances[i]! }))
        .sort((a, b) => b.crowding - a.crowding);
    })
    .slice(0, count);
}

/** Binary tournament: constraint domination, then rank, then the emptier place. */
const better = (a: Ranked, b: Ranked): boolean =>
  dominates(a, b) || (!dominates(b, a) && (a.rank !== b.rank ? a.rank < b.rank : a.crowding > b.crowding));

export function nsga2(settings: Partial<Settings> = {}): SearchMethod<readonly Ranked[]> {
  const { population, children, crossover, seeds = [] } = { ...usual, ...settings };
  return {
    name: 'NSGA-II',
    start: [],
    propose(parents, context) {
      if (parents.length === 0) return firstGeneration(context, population, seeds);
      const { genes, active } = context.problem;
      const rate = 1 / Math.max(1, genes.filter(({ options }) => options > 1).length);
      const taken = new Set<string>();
      return Array.from({ length: children }, (_, index) => {
        const draws = new Draws(context.seed, context.generation, index);
        const winner = (): Genotype => {
          const one = parents[draws.below(parents.length)]!;
          const other = parents[draws.below(parents.length)]!;
          return (better(other, one) ? other : one).evaluation.genotype;
        };
        return fresh(context, taken, () => {
          const isCrossed = draws.uniform() < crossover;
          const mixed = isCrossed ? crossed(genes, winner(), winner(), draws) : winner();
          const genotype = mutated(genes, mixed, draws, (gene) => active?.(mixed, gene) ?? true, rate);
          return { genotype, why: isCrossed ? 'crossover' : 'mutation' };
        });
      }).filter((child) => child !== undefined);
    },
    fold: (parents, generation) =>
      survivors([...parents.map(({ evaluation }) => evaluation), ...generation], population),
  };
}
