import { expect, test } from 'vitest';
import { compoundGrid } from '../../../src/graph/search/compound.ts';
import {
  crowding,
  dominates,
  front,
  fronts,
  hypervolume,
  type ObjectivePoint,
} from '../../../src/graph/search/pareto.ts';
import { Draws } from '../../../src/graph/search/random.ts';
import { equalCostPairs, reliabilityOf } from '../../../src/graph/search/reliability.ts';
import { absoluteReward, mnasReward, mobileEfficiencyScore } from '../../../src/graph/search/rewards.ts';
import { fitRidge } from '../../../src/graph/search/ridge.ts';

const point = (...objectives: number[]): ObjectivePoint => ({ objectives, violation: 0 });

test('rewards as the papers write them', () => {
  expect(mnasReward(0.75, 80, 80)).toBe(0.75);
  expect(mnasReward(0.75, 160, 80)).toBeCloseTo(0.7145, 4);
  expect(mnasReward(0.75, 160, 80, 0, -1)).toBeCloseTo(0.375, 12);
  expect(mnasReward(0.75, 40, 80, 0, -1)).toBe(0.75);
  expect(absoluteReward(0.75, 160, 80)).toBeCloseTo(0.68, 12);
  expect(mobileEfficiencyScore([3, 1], [3, 1])).toBe(100);
  expect(mobileEfficiencyScore([6, 1], [3, 1])).toBeCloseTo(70.71, 2);
});

test('the compound grid has the paper’s triple and keeps its rule', () => {
  const grid = compoundGrid();
  const paper = grid.find(({ depth, width, resolution }) => depth === 1.2 && width === 1.1 && resolution === 1.15);
  expect(paper?.growth).toBeCloseTo(1.92, 3);
  expect(grid.every(({ growth }) => Math.abs(growth - 2) <= 0.1 + 1e-9)).toBe(true);
});

test('fronts, crowding and area of points drawn by hand', () => {
  const points = [point(1, 5), point(2, 3), point(4, 1), point(3, 4), point(5, 5)];
  expect(fronts(points).map((members) => members.length)).toEqual([3, 1, 1]);
  expect(crowding(points.slice(0, 3))).toEqual([Infinity, 2, Infinity]);
  // 3 × 1 + 2 × 2 … as columns from each point to the corner (6, 6).
  expect(hypervolume(points, [6, 6])).toBe(5 * 1 + 4 * 2 + 2 * 2);
  expect(dominates({ objectives: [9], violation: 0 }, { objectives: [1], violation: 0.1 })).toBe(true);
});

test('fronts equal brute force on 300 random sets with ties', () => {
  for (let set = 0; set < 300; set++) {
    const draws = new Draws(set);
    const points = Array.from({ length: 1 + draws.below(40) }, () => point(draws.below(8), draws.below(8)));
    const best = points.filter((one) => !points.some((other) => dominates(other, one)));
    const text = (list: readonly ObjectivePoint[]) =>
      [...new Set(list.map(({ objectives }) => objectives.join()))].sort();
    expect(text(front(points))).toEqual(text(best));
    expect(fronts(points).flat()).toHaveLength(points.length);
    // Area by counting unit cells.
    let cells = 0;
    for (let x = 0; x < 8; x++)
      for (let y = 0; y < 8; y++) if (points.some(({ objectives: [a, b] }) => a! <= x && b! <= y)) cells++;
    expect(hypervolume(points, [8, 8])).toBe(cells);
  }
});

/** Nets whose quality is a sum over choices: what a ridge on choices can learn. */
function drawn(count: number, noise: number, seed: number) {
  const draws = new Draws(seed);
  const genes = Array.from({ length: 8 }, (_, line) => ({ options: 3, ordered: false, line }));
  const worth = genes.map(() => [0, 1, 2].map(() => 2 * draws.normal()));
  const nets = Array.from({ length: count }, () => {
    const genotype = genes.map(() => draws.below(3));
    const truth = genotype.reduce((sum, option, i) => sum + worth[i]![option]!, 0);
    const macs = 1e6 * (10 + genotype.reduce((sum, option) => sum + option, 0));
    return { genotype, macs, params: 2 * macs + 1e5 * draws.below(9), truth, quality: truth + noise * draws.normal() };
  });
  return { genes, nets };
}

test('the ridge orders what it was not fitted to, and its held-out predictions are those of fits without the net', () => {
  const { genes, nets } = drawn(400, 0.5, 4);
  const samples = nets.slice(0, 60);
  const predictor = fitRidge(genes, samples);
  const judged = nets.slice(60).map((net) => ({ ...net, predicted: predictor.predict(net) }));
  const { right, pairs } = equalCostPairs(judged, 0.5);
  expect(right / pairs).toBeGreaterThan(0.85);
  // Standardisation is that of all samples in one and of one fewer in the other, hence not to the last bit.
  for (const i of [0, 17, 59]) {
    const without = fitRidge(genes, samples.toSpliced(i, 1)).predict(samples[i]!);
    expect(Math.abs(without - predictor.heldOut[i]!)).toBeLessThan(0.25);
  }
});

test('the printed reliability is the true one within 0.06 on the mean of 12 draws; noise says "not enough"', () => {
  const off: number[] = [];
  let enough = 0;
  let enoughInNoise = 0;
  for (let seed = 0; seed < 12; seed++) {
    const { genes, nets } = drawn(600, 1, seed);
    const samples = nets.slice(0, 60);
    const predictor = fitRidge(genes, samples);
    const { right, pairs } = equalCostPairs(
      nets.slice(60).map((net) => ({ ...net, predicted: predictor.predict(net) })),
      0.5,
    );
    const printed = reliabilityOf(predictor, samples, 1, 0.5);
    off.push(printed.share! - right / pairs);
    if (printed.enough) enough++;
    const { nets: loud } = drawn(30, 8, seed);
    if (reliabilityOf(fitRidge(genes, loud), loud, 8, 0.5).enough) enoughInNoise++;
  }
  expect(Math.abs(off.reduce((a, b) => a + b, 0) / off.length)).toBeLessThan(0.06);
  expect(enough).toBe(12);
  expect(enoughInNoise).toBe(0);
});
