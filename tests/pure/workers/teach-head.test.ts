// The taught head: separable classes are told apart, what is held out is never trained on, and the head reads plain features.
import { describe, expect, test } from 'vitest';
import {
  headLogits,
  teachHead,
  teachProblem,
  type Taught,
  type TaughtClass,
} from '../../../src/workers/jobs/vision/teach-head.ts';

let state = 7;
const noise = (): number => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32) * 2 - 1;

/** `count` samples around a class's own centre, with features of very different size. */
const samples = (seed: number, count: number, size = 40): Float32Array[] =>
  Array.from({ length: count }, () =>
    Float32Array.from(
      { length: size },
      (_, d) => (d % 7 === seed % 7 ? 0.5 : 0) * 10 ** (d % 4) + noise() * 0.4 * 10 ** (d % 4),
    ),
  );

function teach(classes: readonly TaughtClass[]): { taught: Taught; losses: number[] } {
  const losses: number[] = [];
  const lesson = teachHead(classes);
  for (;;) {
    const { done, value } = lesson.next();
    if (done) return { taught: value, losses };
    losses.push(value.loss);
  }
}

describe('teaching', () => {
  const classes = [0, 1, 2].map((seed) => ({ name: `class ${seed}`, features: samples(seed, 20 + 10 * seed) }));
  const { taught, losses } = teach(classes);

  test('separable classes reach 95 % on held-out samples', () => {
    expect(taught.heldOutAccuracy).toBeGreaterThanOrEqual(0.95);
    expect(taught.head.classes).toEqual(['class 0', 'class 1', 'class 2']);
  });
  test('a fifth of every class is held out, the last recorded', () => {
    expect([taught.trainedOn, taught.heldOut]).toEqual([16 + 24 + 32, 4 + 6 + 8]);
    expect(taught.confusion.map((row) => row.reduce((a, b) => a + b))).toEqual([4, 6, 8]);
  });
  test('the loss falls', () => {
    expect(losses[0]).toBeCloseTo(Math.log(3), 6);
    expect(losses.at(-1)).toBeLessThan(0.2 * (losses[0] as number));
  });
  test('new samples are told apart by the head alone', () => {
    const right = [0, 1, 2].flatMap((seed) =>
      samples(seed, 30).map(
        (x) => headLogits(taught.head, x).indexOf(Math.max(...headLogits(taught.head, x))) === seed,
      ),
    );
    expect(right.filter(Boolean).length / right.length).toBeGreaterThan(0.95);
  });
});

test('classes that cannot be told apart are not claimed to be', () => {
  const { taught } = teach([0, 0].map((seed, k) => ({ name: String(k), features: samples(seed, 100) })));
  expect(taught.heldOutAccuracy).toBeLessThan(0.8);
});

test('a feature that never changes has no weight', () => {
  const constant = (seed: number) => samples(seed, 10).map((x) => x.map((value, d) => (d === 3 ? 5 : value)));
  const { taught } = teach([0, 1].map((seed) => ({ name: String(seed), features: constant(seed) })));
  expect([taught.head.weight[3], taught.head.weight[43]]).toEqual([0, 0]);
  expect([...taught.head.weight, ...taught.head.bias].every(Number.isFinite)).toBe(true);
});

test('sentences for what is missing', () => {
  expect(teachProblem([{ name: 'mug', count: 9 }])).toBe('A head needs two classes or more to tell apart.');
  expect(
    teachProblem([
      { name: 'mug', count: 9 },
      { name: 'cat', count: 2 },
    ]),
  ).toBe('"cat" has 2 of the 5 samples that a class needs.');
  expect(
    teachProblem([
      { name: 'mug', count: 9 },
      { name: 'cat', count: 5 },
    ]),
  ).toBeUndefined();
  expect(() =>
    headLogits(
      { classes: ['a'], features: 3, weight: new Float32Array(3), bias: new Float32Array(1) },
      new Float32Array(2),
    ),
  ).toThrow('the head reads 3 features, this net has 2');
});
