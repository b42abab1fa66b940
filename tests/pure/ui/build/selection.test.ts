// The block list answers to clicks and keys as a multi-selectable listbox should.
import { describe, expect, test } from 'vitest';
import {
  click,
  follow,
  gapAt,
  neighbour,
  nothing,
  press,
  type ListState,
} from '../../../../src/ui/views/build/selection.ts';

const plain = { shift: false, mod: false };
const shift = { shift: true, mod: false };
const mod = { shift: false, mod: true };
const at = (lines: number[], cursor = lines.at(-1) ?? 0, anchor = lines[0] ?? 0): ListState => ({
  lines: new Set(lines),
  anchor,
  cursor,
});
const lines = (state: ListState | undefined): number[] => [...(state?.lines ?? [])].sort((a, b) => a - b);

describe('clicks', () => {
  test('alone selects one line', () => expect(lines(click(at([1, 2]), 4, plain))).toEqual([4]));
  test('with Shift selects from the anchor, in either direction', () => {
    expect(lines(click(at([3]), 6, shift))).toEqual([3, 4, 5, 6]);
    expect(lines(click(click(at([3]), 6, shift), 1, shift))).toEqual([1, 2, 3]);
  });
  test('with Ctrl or ⌘ adds and takes away', () => {
    const two = click(at([3]), 6, mod);
    expect(lines(two)).toEqual([3, 6]);
    expect(lines(click(two, 3, mod))).toEqual([6]);
  });
});

describe('keys', () => {
  test.each([
    ['ArrowDown', plain, [3]],
    ['ArrowUp', plain, [1]],
    ['ArrowDown', shift, [2, 3]],
    ['ArrowUp', shift, [1, 2]],
    ['Home', plain, [0]],
    ['End', plain, [9]],
    ['Home', shift, [0, 1, 2]],
    ['PageDown', plain, [7]],
    ['PageUp', plain, [0]],
    ['a', mod, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [' ', plain, []],
    ['Escape', plain, []],
  ])('%s', (key, how, expected) => {
    expect(lines(press(at([2]), key, how, 10, 5))).toEqual(expected);
  });
  test('the first arrow selects the line that is active, not the one after it', () => {
    expect(lines(press(nothing, 'ArrowDown', plain, 3))).toEqual([0]);
  });
  test('the ends hold', () => {
    expect(lines(press(at([9]), 'ArrowDown', plain, 10))).toEqual([9]);
    expect(lines(press(at([0]), 'ArrowUp', plain, 10))).toEqual([0]);
  });
  test('Ctrl moves without selecting, Space then adds', () => {
    const moved = press(at([2]), 'ArrowDown', mod, 10);
    expect([lines(moved), moved?.cursor]).toEqual([[2], 3]);
    expect(lines(press(moved ?? nothing, ' ', plain, 10))).toEqual([2, 3]);
  });
  test('other keys, an empty list and Escape without a selection are left to others', () => {
    expect(press(at([2]), 'x', plain, 10)).toBeUndefined();
    expect(press(nothing, 'ArrowDown', plain, 0)).toBeUndefined();
    expect(press(nothing, 'Escape', plain, 3)).toBeUndefined();
  });
});

test('a selection made elsewhere moves the cursor into it', () => {
  expect(follow(at([2]), new Set([5, 6]), 10)).toMatchObject({ cursor: 6, anchor: 5 });
  expect(follow(at([9]), new Set(), 4)).toMatchObject({ cursor: 3, anchor: 3 });
});

describe('moving by keyboard', () => {
  test.each([
    [[3], -1, 2],
    [[3], 1, 5],
    [[3, 4], -1, 2],
    [[3, 4], 1, 6],
    [[0], -1, undefined],
    [[5], 1, undefined],
    // Lines that lie apart come together at the end.
    [[0, 2], -1, 0],
    [[3, 5], 1, 6],
  ] as const)('%j by %d', (selected, by, to) => {
    expect(neighbour(new Set(selected), by, 6)).toBe(to);
  });
});

test('a drag goes to the nearest gap', () => {
  expect([-20, 0, 13, 15, 41, 43, 500].map((y) => gapAt(y, 28, 4))).toEqual([0, 0, 0, 1, 1, 2, 4]);
});
