// Rounding rules against values that the reference implementations give.
import { expect, test } from 'vitest';
import { roundChannels, roundHalfEven, scaleDepth } from '../../../src/graph/blocks/rounding.ts';

test('halves go to the even neighbour, as in Python', () => {
  expect([0.5, 1.5, 2.5, 2.4, 2.6, 7].map(roundHalfEven)).toEqual([0, 2, 2, 2, 3, 7]);
});

test('channels: nearest multiple, at least the minimum, never below the limit of the wish', () => {
  const rule = { divisor: 8, limit: 0.9 };
  expect([1, 11.2, 12, 16.8, 18, 33.6, 83.2, 1792].map((wish) => roundChannels(wish, rule))).toEqual([
    8, 16, 16, 16, 24, 32, 80, 1792,
  ]);
  // 16 of 18 is below nine tenths, so it goes up; without a limit it stays.
  expect(roundChannels(18, { divisor: 8, limit: 0 })).toBe(16);
  expect(roundChannels(10, { divisor: 8, limit: 0.9, min: 32 })).toBe(32);
  expect(roundChannels(22.4, { divisor: 1, limit: 0.9 })).toBe(22);
});

test.each([
  // EfficientNet's stages at B1, B4 and B7.
  [[1], 1.1, 'up', [2]],
  [[4], 1.8, 'up', [8]],
  [[3], 3.1, 'up', [10]],
  // MobileNetV3-Large 150d: the last line grows first.
  [[1, 1], 1.2, 'up', [1, 2]],
  // Half of five goes to the even two.
  [[1, 1, 2], 1.2, 'up', [1, 2, 2]],
  // MixNet-XL and XXL.
  [[1], 1.2, 'nearest', [1]],
  [[1, 1], 1.2, 'nearest', [1, 1]],
  [[1, 1], 1.3, 'nearest', [1, 2]],
  [[1, 3], 1.3, 'nearest', [1, 4]],
  [[1, 1], 0.1, 'nearest', [1, 1]],
  [[], 2, 'up', []],
] as const)('depth of %j times %d, rounded %s', (repeats, multiplier, rounding, expected) => {
  expect(scaleDepth(repeats, multiplier, rounding)).toEqual(expected);
});
