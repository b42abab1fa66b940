// Losses, sparse targets and schedules where no record looks: derivatives by differences, borders, texts that are wrong.
import { describe, expect, test } from 'vitest';
import { mulberry32 } from '../../../src/graph/random.ts';
import { sparseTargets } from '../../../src/graph/train/class-targets.ts';
import { lossOf } from '../../../src/graph/train/loss-value.ts';
import type { Loss, Targets } from '../../../src/graph/train/loss.ts';
import { Optimizer } from '../../../src/graph/train/optimizer.ts';
import { ratesOf, readSchedule } from '../../../src/graph/train/schedule.ts';

const losses: Loss[] = [
  { name: 'ce', label_smoothing: 0.2 },
  { name: 'soft_ce' },
  { name: 'kl', temperature: 2.5 },
  { name: 'kl_sparse', k: 2, mode: 'smooth' },
  { name: 'kl_sparse', k: 5, mode: 'zeros' },
  { name: 'ccc' },
  { name: 'mse' },
  { name: 'l1' },
  { name: 'smooth_l1', beta: 0.4 },
  { name: 'focal', alpha: 0.3, gamma: 1.5 },
];

describe.each([1, 2, 5])('%i rows', (rows) => {
  test.each(losses)('the derivative of $name is that of central differences', (loss) => {
    if (loss.name === 'ccc' && rows === 1) return; // One row has no variance.
    const columns = 5;
    const next = mulberry32(rows);
    const some = () => Float64Array.from({ length: rows * columns }, () => 4 * next() - 2);
    const z = some();
    const targets: Targets = {
      label: Float64Array.from({ length: rows }, () => Math.floor(next() * columns)),
      teacher: some(),
      target: some(),
    };
    const { gradient } = lossOf(loss, z, targets, columns);
    const at = (i: number, by: number) =>
      lossOf(
        loss,
        z.map((value, k) => (k === i ? value + by : value)),
        targets,
        columns,
      ).value;
    const h = 1e-5;
    z.forEach((_, i) => expect(gradient[i]).toBeCloseTo((at(i, h) - at(i, -h)) / (2 * h), 7));
  });
});

test('a target that is missing or too short is named', () => {
  expect(() => lossOf({ name: 'mse' }, [1, 2], {}, 2)).toThrow('the loss mse needs 2 values of "target", not 0');
  expect(() => lossOf({ name: 'ce', label_smoothing: 0 }, [1, 2], { label: [2] }, 2)).toThrow(
    'label 2 is none of the 2 classes',
  );
});

test('sparse targets add up to 1', () => {
  const shares = Float64Array.of(0.5, 0.1, 0.3, 0.1);
  expect([...sparseTargets(shares, 2, 'smooth')]).toEqual(
    [0.5, 0.1, 0.3, 0.1].map((x) => expect.closeTo(x, 12) as number),
  );
  expect(sparseTargets(shares, 2, 'zeros').filter((share) => share === 0)).toHaveLength(2);
  for (const mode of ['smooth', 'zeros'] as const)
    for (const k of [1, 3, 4, 9]) expect(sparseTargets(shares, k, mode).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
});

test('what is no schedule says what would be one', () => {
  for (const text of ['cosin to 0', 'step 0.1', 'linear to', 'step 0.1 every 0', ''])
    expect(readSchedule(text), text).toHaveProperty('problem');
  expect(ratesOf({ kind: 'linear', to: 0, warmup: 9 }, 1, 4)).toEqual(Float64Array.of(0.1, 0.2, 0.3, 0.4));
});

test('a gradient of another length is refused', () => {
  const optimizer = new Optimizer({ name: 'sgd', momentum: 0, nesterov: false, weight_decay: 0, decay: 'all' }, [
    { name: 'w', shape: [2], values: new Float32Array(2) },
  ]);
  expect(() => optimizer.step([new Float32Array(3)], 1)).toThrow('the gradient of "w" has 3 values, not 2');
});
