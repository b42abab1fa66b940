// Submits by estimated time: no more than the budget each, one for what fits, and rates that learn from the fastest run.
import { describe, expect, it } from 'vitest';
import { estimateMs, learn, submitBudgetMs, submitRanges } from '../../../src/graph/plan/schedule.ts';

describe('the schedule', () => {
  it('keeps what fits together and splits what does not', () => {
    expect(submitRanges([20, 30, 49])).toEqual([[0, 3]]);
    expect(submitRanges([60, 60, 60])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    expect(submitRanges([50, 50, 1, 99, 1])).toEqual([
      [0, 2],
      [2, 4],
      [4, 5],
    ]);
    expect(submitRanges([500, 1, 1])).toEqual([
      [0, 1],
      [1, 3],
    ]);
    expect(submitRanges([])).toEqual([[0, 0]]);
  });

  it('covers every dispatch once, within the budget', () => {
    const estimates = Array.from({ length: 200 }, (_, i) => (i * 37) % 61);
    const ranges = submitRanges(estimates);
    expect(ranges.flatMap(([from, to]) => estimates.slice(from, to))).toEqual(estimates);
    for (const [from, to] of ranges)
      expect(estimates.slice(from, to).reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(submitBudgetMs);
  });

  it('estimates by what takes longer, arithmetic or memory', () => {
    expect(estimateMs({ macs: 100, bytes: 10 }, { macsPerMs: 10, bytesPerMs: 10 })).toBe(10);
    expect(estimateMs({ macs: 100, bytes: 1000 }, { macsPerMs: 10, bytesPerMs: 10 })).toBe(100);
  });

  it('learns a slow device in steps, and is not fooled by short nets or stalls', () => {
    const work = [{ macs: 1000, bytes: 0 }];
    const rate = { macsPerMs: 100, bytesPerMs: 100 };
    for (let i = 0; i < 5; i++) learn(rate, work, 40);
    expect(rate.macsPerMs).toBeCloseTo(25, 9);
    learn(rate, work, 4000);
    expect(rate.macsPerMs).toBeCloseTo(12.5, 9);
    for (let i = 0; i < 5; i++) learn(rate, work, 10);
    expect(rate.macsPerMs).toBeCloseTo(100, 9);
    learn(rate, [{ macs: 1, bytes: 0 }], 5);
    expect(rate.macsPerMs).toBeCloseTo(100, 9);
  });
});
