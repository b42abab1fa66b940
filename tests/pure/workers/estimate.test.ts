// Times of layers from clocks that floor: 1,000 simulated measurements a clock, held against the truth that they were drawn from.
import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../src/graph/random.ts';
import { estimate, looseness, type Estimate } from '../../../src/workers/engine/estimate.ts';

/** Layers of a phone-sized net, microseconds. */
const truth = [8, 12, 20, 35, 50, 90, 140, 300];

/** One measurement: rounds of back-to-back layers that begin anywhere between two steps of the clock; each layer now and then takes half as long again. */
function measured(tickUs: number, rounds: number, next: () => number): { layers: Estimate[]; whole: Estimate } {
  const times = truth.map((): number[] => []);
  const wholes: number[] = [];
  const read = (at: number): number => Math.floor(at / tickUs) * tickUs;
  for (let round = 0; round < rounds; round++) {
    let at = next() * tickUs;
    const begin = at;
    truth.forEach((us, i) => {
      // Mean 1: 0.975 + 5 % of the runs by 0.5, and a little noise of mean 0.
      const length = us * (0.975 + (next() < 0.05 ? 0.5 : 0) + 0.06 * (next() - 0.5));
      (times[i] as number[]).push((read(at + length) - read(at)) / 1000);
      at += length;
    });
    wholes.push((read(at) - read(begin)) / 1000);
  }
  return { layers: times.map((own) => estimate(own, tickUs / 1000)), whole: estimate(wholes, tickUs / 1000) };
}

describe.each([65.536, 100])('a clock of %f µs', (tickUs) => {
  const next = mulberry32(tickUs * 1000);
  const trials = Array.from({ length: 1000 }, () => measured(tickUs, 400, next));
  const pairs = trials.flatMap(({ layers }) => layers.map((found, i) => ({ found, ms: (truth[i] as number) / 1000 })));
  const part = (holds: (pair: (typeof pairs)[number]) => boolean): number => pairs.filter(holds).length / pairs.length;

  it('gives times within two standard errors of the truth', () => {
    expect(part(({ found, ms }) => Math.abs(found.ms - ms) <= 2 * (found.errorMs ?? 0))).toBeGreaterThanOrEqual(0.95);
  });
  it('has 95 % intervals that hold in 93 to 97 % of the cases', () => {
    const held = part(({ found: { interval: [low, high] = [0, 0] }, ms }) => low <= ms && ms <= high);
    expect(held).toBeGreaterThanOrEqual(0.93);
    expect(held).toBeLessThanOrEqual(0.97);
  });
  it('has layers whose sum is the whole within 10 %', () => {
    for (const { layers, whole } of trials)
      expect(Math.abs(layers.reduce((sum, { ms }) => sum + ms, 0) / whole.ms - 1)).toBeLessThan(0.1);
  });
});

describe('a clock that is fine for the time', () => {
  it('gives the median, which one slow run does not move', () => {
    const found = estimate([1, 1.01, 0.99, 1, 50], 1e-6);
    expect(found.ms).toBe(1);
    expect(found.p90Ms).toBe(50);
  });
  it('has an interval of the median that holds', () => {
    const next = mulberry32(5);
    let held = 0;
    for (let trial = 0; trial < 2000; trial++) {
      const { interval: [low, high] = [0, 0] } = estimate(
        Array.from({ length: 20 }, () => 1 + next() ** 3),
        1e-6,
      );
      if (low <= 1.125 && 1.125 <= high) held++;
    }
    expect(held / 2000).toBeGreaterThan(0.93);
    expect(held / 2000).toBeLessThan(0.98);
  });
  it('says nothing about its error after one run', () => {
    expect(estimate([3])).toEqual({ ms: 3, p90Ms: 3, runs: 1 });
    expect(looseness([estimate([3])])).toBe(Infinity);
  });
});
