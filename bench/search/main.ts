// The search methods against tables of trained nets, so that what they find is compared with what is best: `npm run bench:search`.
import { agingEvolution } from '../../src/graph/search/methods/aging-evolution.ts';
import { nsga2, objectivesOf } from '../../src/graph/search/methods/nsga2.ts';
import { randomSearch } from '../../src/graph/search/methods/random.ts';
import { slim } from '../../src/graph/search/methods/slim.ts';
import { hypervolume } from '../../src/graph/search/pareto.ts';
import { Draws } from '../../src/graph/search/random.ts';
import { equalCostPairs, reliabilityOf } from '../../src/graph/search/reliability.ts';
import { fitRidge } from '../../src/graph/search/ridge.ts';
import { runSearch, type JudgedNet, type SearchMethod } from '../../src/graph/search/search.ts';
import { problemOf, readOracle, type Oracle, type Trained } from './oracles.ts';

/** One line of the answer: what was measured, and on how many seeds or draws. */
export interface Finding {
  readonly what: string;
  readonly value: number;
  /** The same number of random search, where it has one. */
  readonly random?: number;
  readonly of: string;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const distinct = ({ nets }: Oracle): readonly Trained[] => [
  ...new Map([...nets.values()].map((net) => [net.key, net])).values(),
];
type AnyMethod = SearchMethod<never>;

/**
 * Runs every method that the table can judge.
 * @param table The CSV's text.
 * @param seed First of the seeds.
 */
export function benchSearch(table: string, seed: number, seeds = 20): readonly Finding[] {
  const oracle = readOracle(table);
  const isWhole = oracle.nets.size === oracle.genes.reduce((product, { options }) => product * options, 1);
  return [
    // A method may ask for any net of the space; only a table that has them all can answer.
    ...(isWhole ? [...evolution(oracle, seed, seeds), ...frontier(oracle, seed, seeds), ...slimming(oracle)] : []),
    ...[0, 1, 3].flatMap((noise) => predictor(oracle, seed, noise)),
  ];
}

function evolution(oracle: Oracle, first: number, seeds: number): readonly Finding[] {
  const macs = [...oracle.nets.values()].map((net) => net.macs).sort((a, b) => a - b);
  const limit = macs[macs.length >> 1]!;
  const problem = problemOf(oracle, (net) => net.macs, limit);
  const best = Math.max(...[...oracle.nets.values()].filter((net) => net.macs <= limit).map((net) => net.accuracy));
  const regret = (log: readonly JudgedNet[]): number =>
    best - Math.max(...log.filter(({ violation }) => violation === 0).map(({ quality }) => quality));
  return [100, 200, 400].map((evaluations) => {
    const of = (method: AnyMethod): number =>
      mean(Array.from({ length: seeds }, (_, i) => regret(runSearch(problem, method, first + i, evaluations))));
    return {
      what: `aging evolution, MACs ≤ median, ${evaluations} nets: regret, points`,
      value: of(agingEvolution({ population: 25 }) as AnyMethod),
      random: of(randomSearch as AnyMethod),
      of: `mean of ${seeds} seeds`,
    };
  });
}

function frontier(oracle: Oracle, first: number, seeds: number): readonly Finding[] {
  const nets = [...oracle.nets.values()];
  const problem = problemOf(oracle, (net) => net.macs);
  const worst: [number, number] = [
    Math.max(...nets.map((net) => net.macs)),
    -Math.min(...nets.map((net) => net.accuracy)),
  ];
  const point = (objectives: readonly number[]) => ({ objectives, violation: 0 });
  const whole = hypervolume(
    nets.map((net) => point([net.macs, -net.accuracy])),
    worst,
  );
  return [100, 200, 400].flatMap((evaluations) => {
    const shares = (method: AnyMethod): number[] =>
      Array.from({ length: seeds }, (_, i) => {
        const log = runSearch(problem, method, first + i, evaluations);
        return (
          hypervolume(
            log.map((one) => point(objectivesOf(one))),
            worst,
          ) / whole
        );
      });
    const [ours, random] = [shares(nsga2() as AnyMethod), shares(randomSearch as AnyMethod)];
    const what = `NSGA-II, ${evaluations} nets: `;
    const wins = ours.filter((share, i) => share > random[i]!).length;
    return [
      {
        what: `${what}share of the true front's hypervolume`,
        value: mean(ours),
        random: mean(random),
        of: `mean of ${seeds} seeds`,
      },
      { what: `${what}better than random`, value: wins, of: `${seeds} seeds` },
    ];
  });
}

function slimming(oracle: Oracle): readonly Finding[] {
  const problem = problemOf(oracle, (net) => net.macs);
  const start = oracle.genes.map(({ options }) => options - 1);
  const full = problem.cost(start)!.costs[0]!;
  return [0.8, 0.65, 0.5, 0.35].flatMap((share) => {
    const limit = full * share;
    const { steps, judged } = slim(problem, start, limit);
    const last = steps.at(-1)!;
    const within = [...oracle.nets.values()].filter((net) => net.macs <= limit);
    const best = Math.max(...within.map((net) => net.accuracy));
    const near = within.filter((net) => net.macs >= 0.95 * limit).map((net) => net.accuracy);
    const what = `shrinking the largest net to ${share * 100} % of its MACs: `;
    const of = `${judged} nets judged; random: all nets within 5 % below the budget`;
    return [
      { what: `${what}regret, points`, value: best - last.quality, random: best - mean(near), of },
      { what: `${what}share of the budget used`, value: last.cost / limit, of },
    ];
  });
}

/** Ridge on 30 drawn nets whose accuracy is spoiled by `noise` points: pairs of equal MACs among the others, and what it says of itself. */
function predictor(oracle: Oracle, first: number, noise: number, trained = 30, draws = 12): readonly Finding[] {
  const nets = distinct(oracle);
  const truth: number[] = [];
  const printed: number[] = [];
  let enough = 0;
  for (let draw = 0; draw < draws; draw++) {
    const random = new Draws(first, draw);
    const chosen = new Set<number>();
    while (chosen.size < trained) chosen.add(random.below(nets.length));
    const samples = [...chosen].map((i) => ({ ...nets[i]!, quality: nets[i]!.accuracy + noise * random.normal() }));
    const ridge = fitRidge(oracle.genes, samples);
    const rest = nets
      .filter((_, i) => !chosen.has(i))
      .map((net) => ({ macs: net.macs, truth: net.accuracy, predicted: ridge.predict(net) }));
    const { right, pairs } = equalCostPairs(rest, 0.5);
    truth.push(right / pairs);
    const reliability = reliabilityOf(ridge, samples, noise, 0.5);
    if (reliability.enough) enough++;
    if (reliability.share !== undefined) printed.push(reliability.share);
  }
  const what = `ridge on ${trained} nets, ${noise} points of noise: `;
  const of = `mean of ${draws} draws`;
  return [
    { what: `${what}pairs of equal MACs in the right order`, value: mean(truth), random: 0.5, of },
    {
      what: `${what}the same, as it says of itself`,
      value: mean(printed),
      of: `mean of the ${printed.length} draws that say`,
    },
    { what: `${what}draws that say that the trainings are enough`, value: enough, of: `${draws} draws` },
  ];
}
