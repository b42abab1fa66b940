// Which rows of a long table are drawn, and where its keys lead.
import { expect, it } from 'vitest';
import { rowAfter, rowsInView, VirtualRows } from '../../../src/ui/parts/virtual-rows.svelte.ts';

it('draws the rows in view and a few around them', () => {
  expect(rowsInView(0, 280, 28, 1000, 6)).toEqual([0, 16]);
  expect(rowsInView(2800, 280, 28, 1000, 6)).toEqual([94, 116]);
  expect(rowsInView(5000, 280, 28, 20, 6)).toEqual([20, 20]);
});

it('travels by keys and stays in the table', () => {
  expect(rowAfter('ArrowDown', 3, 10, 4)).toBe(4);
  expect(rowAfter('ArrowDown', 9, 10, 4)).toBe(9);
  expect(rowAfter('ArrowUp', 0, 10, 4)).toBe(0);
  expect(rowAfter('PageDown', 3, 10, 4)).toBe(7);
  expect(rowAfter('PageUp', 3, 10, 4)).toBe(0);
  expect(rowAfter('Home', 3, 10, 4)).toBe(0);
  expect(rowAfter('End', 3, 10, 4)).toBe(9);
  expect(rowAfter('a', 3, 10, 4)).toBeUndefined();
});

it('brings a row into view under the head by scrolling as little as that takes', () => {
  const rows = new VirtualRows(() => ({ count: 100, rowHeight: 20 }), 30);
  const scroller = { scrollTop: 0 } as HTMLElement;
  rows.scroller = scroller;
  rows.height = 130;
  expect(rows.page).toBe(4);
  rows.reveal(3);
  expect(scroller.scrollTop).toBe(0);
  rows.reveal(10);
  expect(scroller.scrollTop).toBe(120);
  rows.reveal(2);
  expect(scroller.scrollTop).toBe(40);
  expect(rows.indices).toContain(2);
});
