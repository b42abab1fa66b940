// A taught head is called good only where it is better than guessing (F40).
import { expect, test } from 'vitest';
import { judgeHeldOut } from '../../../../src/ui/views/try/held-out.ts';

test.each([
  {
    confusion: [
      [1, 0],
      [1, 0],
    ],
    verdict: 'guessing',
    chance: 0.5,
    what: 'half right of two classes',
  },
  {
    confusion: [
      [1, 0],
      [0, 1],
    ],
    verdict: 'unsure',
    chance: 0.5,
    what: 'two of two right',
  },
  {
    confusion: [
      [4, 0],
      [0, 4],
    ],
    verdict: 'better',
    chance: 0.5,
    what: 'eight of eight right',
  },
  {
    confusion: [
      [9, 0],
      [1, 0],
    ],
    verdict: 'guessing',
    chance: 0.9,
    what: 'always the frequent class',
  },
  {
    confusion: [
      [2, 2, 1],
      [2, 2, 1],
      [1, 1, 3],
    ],
    verdict: 'unsure',
    chance: 1 / 3,
    what: 'a little more than a third of three',
  },
  {
    confusion: [
      [40, 10],
      [8, 42],
    ],
    verdict: 'better',
    chance: 0.5,
    what: '82 of 100 right',
  },
  {
    confusion: [
      [0, 0],
      [0, 0],
    ],
    verdict: 'unsure',
    chance: 0,
    what: 'nothing held out',
  },
] as const)('$what: $verdict', ({ confusion, verdict, chance }) => {
  const judged = judgeHeldOut(confusion);
  expect(judged.verdict).toBe(verdict);
  expect(judged.chance).toBeCloseTo(chance, 10);
});
