// Genotypes: one index for each choice of a space, and the two ways in which a new one comes from others.
import type { Draws } from './random.ts';

/** One choice of a space. */
export interface Gene {
  /** How many options it has, ≥ 1. */
  readonly options: number;
  /** Whether the options are an ordered scale (widths, repeats), so that a neighbour is a small step. */
  readonly ordered: boolean;
  /** Line of the space that it belongs to: crossover keeps a line whole. */
  readonly line: number;
  /** The options in words, where the space says them: `k3`, `×0.75`, `mbconv`. */
  readonly labels?: readonly string[];
}

/** One index for each gene, 0 ≤ index < options. */
export type Genotype = readonly number[];

/** Every gene drawn uniformly. */
export const randomGenotype = (genes: readonly Gene[], draws: Draws): Genotype =>
  genes.map(({ options }) => draws.below(options));

/** Another option of one gene: of an ordered scale a neighbour half of the time, else any other option. */
function changed({ options, ordered }: Gene, now: number, draws: Draws): number {
  if (options < 2) return now;
  if (ordered && draws.uniform() < 0.5) {
    const step = now === 0 ? 1 : now === options - 1 ? -1 : draws.uniform() < 0.5 ? -1 : 1;
    return now + step;
  }
  const other = draws.below(options - 1);
  return other < now ? other : other + 1;
}

/** A mutation: one gene, drawn among those that have a choice and are active, changes; or with `rate`, each of them with that probability. */
export function mutated(
  genes: readonly Gene[],
  genotype: Genotype,
  draws: Draws,
  active: (gene: number) => boolean = () => true,
  rate?: number,
): Genotype {
  const free = genes.flatMap(({ options }, i) => (options > 1 && active(i) ? [i] : []));
  if (free.length === 0) return genotype;
  const chosen = new Set(
    rate === undefined ? [free[draws.below(free.length)]!] : free.filter(() => draws.uniform() < rate),
  );
  return genotype.map((now, i) => (chosen.has(i) ? changed(genes[i]!, now, draws) : now));
}

/** Uniform crossover by line: each line comes whole from one of the two. */
export function crossed(genes: readonly Gene[], one: Genotype, other: Genotype, draws: Draws): Genotype {
  const fromOne = new Map<number, boolean>();
  return genes.map(({ line }, i) => {
    if (!fromOne.has(line)) fromOne.set(line, draws.uniform() < 0.5);
    return (fromOne.get(line) ? one : other)[i]!;
  });
}
