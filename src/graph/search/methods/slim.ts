// NetAdapt (Yang et al. 2018, algorithm 1; MobileNetV3 §4.2): the net shrinks in small steps of cost, each time where quality suffers least for what is
// saved; then what is left of the budget is filled up, since steps end below it.
import type { Genotype } from '../genes.ts';
import type { SearchProblem } from '../search.ts';

export interface SlimStep {
  readonly kind: 'start' | 'shrink' | 'fill';
  readonly genotype: Genotype;
  /** The first cost of the problem. */
  readonly cost: number;
  readonly quality: number;
}

interface Settings {
  /** First reduction as a share of the start's cost, and by how much each next one is smaller (the authors' code: 2.5 %, 0.96). */
  readonly first: number;
  readonly decay: number;
  /** Filling up takes any step below this share of the budget, above it only steps that gain quality. */
  readonly full: number;
}

/** Options of a gene are sizes, smallest first: a step down is the option before. */
const moved = (genotype: Genotype, unit: number, by: number): Genotype =>
  genotype.map((option, i) => (i === unit ? option + by : option));

/**
 * Shrinks `start` until its first cost is within `limit`. Every step of the result costs less than the one before it, but for those that fill up.
 * The last step is the answer; where its cost is above the limit, no unit could shrink further.
 */
export function slim(
  problem: SearchProblem,
  start: Genotype,
  limit: number,
  settings: Partial<Settings> = {},
): { readonly steps: readonly SlimStep[]; readonly judged: number } {
  const { first, decay, full } = { first: 0.025, decay: 0.96, full: 0.95, ...settings };
  const qualities = new Map<string, number>();
  const at = (kind: SlimStep['kind'], genotype: Genotype): SlimStep | undefined => {
    const known = problem.genes.every(({ options }, i) => genotype[i]! >= 0 && genotype[i]! < options);
    const cost = known ? problem.cost(genotype) : undefined;
    if (!cost) return undefined;
    if (!qualities.has(cost.key)) qualities.set(cost.key, problem.judge(genotype));
    return { kind, genotype, cost: cost.costs[0]!, quality: qualities.get(cost.key)! };
  };
  const costOf = (genotype: Genotype): number | undefined => problem.cost(genotype)?.costs[0];

  let now = at('start', start);
  if (!now) throw new Error('The net to shrink cannot be built.');
  const steps = [now];
  let reduction = now.cost * first;
  const units = problem.genes.map((_, unit) => unit);
  while (now.cost > limit) {
    const from: SlimStep = now;
    const candidates = units.flatMap((unit) => {
      for (let by = -1; from.genotype[unit]! + by >= 0; by--) {
        const genotype = moved(from.genotype, unit, by);
        const cost = costOf(genotype);
        if (cost !== undefined && cost <= from.cost - reduction) return at('shrink', genotype) ?? [];
      }
      return [];
    });
    if (candidates.length === 0) {
      // No unit is as large as the reduction: a smaller one may do.
      if (reduction < now.cost * 1e-4) break;
      reduction *= decay;
      continue;
    }
    const price = ({ quality, cost }: SlimStep): number => (from.quality - quality + 1e-6) / (from.cost - cost + 1e-5);
    now = candidates.reduce((a, b) => (price(b) < price(a) ? b : a));
    steps.push(now);
    reduction *= decay;
  }

  for (;;) {
    const from: SlimStep = now;
    const ups = units.map((unit) => moved(from.genotype, unit, 1));
    const swaps = ups.flatMap((up, unit) => units.flatMap((other) => (other === unit ? [] : [moved(up, other, -1)])));
    const within = (genotypes: readonly Genotype[]): SlimStep[] =>
      genotypes
        .map((genotype) => at('fill', genotype))
        .filter((step) => step !== undefined && step.cost <= limit && step.cost > from.cost) as SlimStep[];
    const candidates = within([...ups, ...swaps]);
    if (candidates.length === 0) break;
    const best: SlimStep = candidates.reduce((a, b) => (b.quality > a.quality ? b : a));
    if (best.quality <= from.quality && from.cost >= full * limit) break;
    now = best;
    steps.push(now);
  }
  return { steps, judged: qualities.size };
}
