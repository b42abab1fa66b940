// Drift and a second job are noticed, and a quiet run is not accused: simulated runs with noise as timestamps have it.
import { expect, test } from 'vitest';
import { mulberry32 } from '../../../src/graph/random.ts';
import { disturbancesOf } from '../../../src/workers/engine/disturbances.ts';

/** Times around 1 with a spread of 3 % and now and then a late one, as a quiet device gives them. */
function quiet(seed: number, runs: number, spread = 0.03): number[] {
  const next = mulberry32(seed);
  return Array.from({ length: runs }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    return 1 + spread * normal + (next() < 0.02 ? 0.3 * next() : 0);
  });
}
const trials = 1000;
const share = (found: (seed: number) => boolean): number =>
  Array.from({ length: trials }, (_, seed) => found(seed)).filter(Boolean).length / trials;

test.each([15, 20, 50])(
  'a quiet run of %i is accused in fewer than one of 200 trials, a noisy one in fewer than one of 50',
  (runs) => {
    expect(share((seed) => disturbancesOf(quiet(seed, runs)).length > 0)).toBeLessThan(0.005);
    expect(share((seed) => disturbancesOf(quiet(seed, runs, 0.1)).length > 0)).toBeLessThan(0.02);
  },
);

test.each([20, 50])(
  'a run of %i that becomes a fifth slower, as when it throttles, drifts in 9 of 10 trials',
  (runs) => {
    const throttled = (seed: number) => quiet(seed, runs).map((time, i) => time * (1 + (0.2 * i) / runs));
    const stepped = (seed: number) => quiet(seed, runs).map((time, i) => time * (i > runs / 2 ? 1.2 : 1));
    for (const times of [throttled, stepped])
      expect(share((seed) => disturbancesOf(times(seed)).includes('drift'))).toBeGreaterThan(0.9);
  },
);

test.each([20, 50])('a second job that doubles one run in four of %i is noticed in 9 of 10 trials', (runs) => {
  const shared = (seed: number) => {
    const next = mulberry32(seed + 77_777);
    return quiet(seed, runs).map((time) => time * (next() < 0.25 ? 2 : 1));
  };
  expect(share((seed) => disturbancesOf(shared(seed)).includes('bursts'))).toBeGreaterThan(0.9);
});

test('a few runs, and runs that all take the same time, tell nothing', () => {
  expect(disturbancesOf([1, 2, 3, 4])).toEqual([]);
  expect(disturbancesOf(Array.from({ length: 30 }, () => 5))).toEqual([]);
});
