import { expect, test } from 'vitest';
import { agingEvolution } from '../../../src/graph/search/methods/aging-evolution.ts';
import { finder } from '../../../src/graph/search/methods/finder.ts';
import { nsga2, objectivesOf } from '../../../src/graph/search/methods/nsga2.ts';
import { randomSearch } from '../../../src/graph/search/methods/random.ts';
import { slim } from '../../../src/graph/search/methods/slim.ts';
import { hypervolume } from '../../../src/graph/search/pareto.ts';
import { Draws } from '../../../src/graph/search/random.ts';
import { runSearch, type JudgedNet, type SearchMethod, type SearchProblem } from '../../../src/graph/search/search.ts';
import { planted } from './planted.ts';

const seeds = Array.from({ length: 20 }, (_, seed) => seed);
const space = planted(1, 0.4);
const bestOf = (log: readonly JudgedNet[]): number =>
  Math.max(...log.filter(({ violation }) => violation === 0).map(({ quality }) => quality));

test('aging evolution finds one of the ten best of 65,536 planted nets in 18 of 20 seeds, and loses a third of what random search loses', () => {
  const tenth = space.feasible[9]!.quality;
  const optimum = space.feasible[0]!.quality;
  const regrets = (method: SearchMethod<never>): number[] =>
    seeds.map((seed) => optimum - bestOf(runSearch(space, method, seed, 600)));
  const evolved = regrets(agingEvolution() as SearchMethod<never>);
  const random = regrets(randomSearch as SearchMethod<never>);
  expect(evolved.filter((regret) => optimum - regret >= tenth).length).toBeGreaterThanOrEqual(18);
  const mean = (values: readonly number[]): number =>
    values.reduce((a, b) => a + b, 0) / values.length / space.deviation;
  expect(mean(evolved)).toBeLessThan(mean(random) / 3);
});

test('NSGA-II covers more of the front than random search in 19 of 20 seeds', () => {
  const free = planted(1, 1);
  const points = (log: readonly JudgedNet[]) =>
    log.map((evaluation) => ({ objectives: objectivesOf(evaluation), violation: 0 }));
  const worst: [number, number] = [
    Math.max(...free.feasible.map(({ cost }) => cost)),
    -Math.min(...free.feasible.map(({ quality }) => quality)),
  ];
  const wins = seeds.filter(
    (seed) =>
      hypervolume(points(runSearch(free, nsga2(), seed, 200)), worst) >
      hypervolume(points(runSearch(free, randomSearch, seed, 200)), worst),
  );
  expect(wins.length).toBeGreaterThanOrEqual(19);
});

test('the finder keeps a hard limit and ends where no net keeps it', () => {
  const log = runSearch(space, finder({ population: 40 }), 3, 400);
  expect(log.length).toBe(400);
  expect(log.every(({ violation }) => violation === 0)).toBe(true);
  const none: SearchProblem = { ...space, cost: (genotype) => ({ ...space.cost(genotype)!, violation: 1 }) };
  expect(runSearch(none, finder({ population: 40 }), 3, 60).every(({ violation }) => violation === 1)).toBe(true);
});

test.each([
  ['random', randomSearch],
  ['aging evolution', agingEvolution({ population: 10 })],
  ['NSGA-II', nsga2()],
  ['finder', finder({ population: 16 })],
] as [string, SearchMethod<never>][])(
  '%s: the same seed gives the same log, cut anywhere and gone on with too; no net is judged twice',
  (_, method) => {
    const whole = JSON.stringify(runSearch(space, method, 5, 90));
    const draws = new Draws(9);
    for (let i = 0; i < 20; i++) {
      const cut = runSearch(space, method, 5, draws.below(90));
      expect(JSON.stringify(runSearch(space, method, 5, 90, JSON.parse(JSON.stringify(cut))))).toBe(whole);
    }
    const keys = (JSON.parse(whole) as JudgedNet[]).map(({ key }) => key);
    expect(new Set(keys).size).toBe(90);
    expect(JSON.stringify(runSearch(space, method, 6, 90))).not.toBe(whole);
  },
);

test('a space that is used up ends the search', () => {
  const tiny: SearchProblem = {
    genes: [{ options: 3, ordered: true, line: 0 }],
    cost: (genotype) => ({ key: String(genotype), costs: [genotype[0]!], violation: 0 }),
    judge: (genotype) => genotype[0]!,
  };
  for (const method of [randomSearch, agingEvolution(), nsga2(), finder()] as SearchMethod<never>[])
    expect(new Set(runSearch(tiny, method, 1, 50).map(({ key }) => key))).toEqual(new Set(['0', '1', '2']));
});

test('shrinking keeps the budget within 5 % from below, each step cheaper, and regrets at most half of what a random net of the budget does', () => {
  const whole = planted(1, 1);
  const start = whole.genes.map(({ options }) => options - 1);
  const full = whole.cost(start)!.costs[0]!;
  for (const share of [0.8, 0.65, 0.5, 0.35]) {
    const limit = full * share;
    const { steps } = slim(whole, start, limit);
    const last = steps.at(-1)!;
    expect(last.cost).toBeLessThanOrEqual(limit);
    expect(last.cost).toBeGreaterThanOrEqual(0.95 * limit);
    const shrunk = steps.filter(({ kind }) => kind !== 'fill').map(({ cost }) => cost);
    for (const [i, cost] of shrunk.entries()) if (i > 0) expect(cost).toBeLessThan(shrunk[i - 1]!);
    const within = whole.feasible.filter(({ cost }) => cost <= limit);
    const near = within.filter(({ cost }) => cost >= 0.95 * limit);
    const random = near.reduce((sum, { quality }) => sum + quality, 0) / near.length;
    expect(within[0]!.quality - last.quality).toBeLessThanOrEqual((within[0]!.quality - random) / 2);
  }
});
