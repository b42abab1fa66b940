// The history of measurements: differences within one device only, and a CSV that says what each number is of.
import { expect, test } from 'vitest';
import { entryOf, type HistoryEntry } from '../../../../src/ui/state/measurements/history-store.ts';
import { changeText, historyCsv, sameEntry } from '../../../../src/ui/views/profile/history-table.ts';
import { timedNet } from './timed-net.ts';

const { record } = timedNet();
const entry: HistoryEntry = { ...entryOf(record, 'conv k3 c8\n'), at: '2026-11-29T20:00:00.000Z', passMs: 2 };
const later = { ...entry, at: '2026-11-29T20:05:00.000Z', passMs: 1.5 };

test('a row differs from the chosen one on the same adapter and browser alone', () => {
  expect(changeText(later, entry)).toBe('−25.0\u202f%');
  expect(changeText(entry, entry)).toBe('–');
  expect(changeText({ ...later, browser: 'Firefox 153' }, entry)).toBe('–');
  expect(changeText({ ...later, adapter: { ...entry.adapter, description: 'another' } }, entry)).toBe('–');
  expect(changeText(later, undefined)).toBe('–');
  expect(sameEntry(entry, { ...entry })).toBe(true);
  expect(sameEntry(entry, later)).toBe(false);
});

test('CSV: one row a measurement', () => {
  const [header, first, second] = historyCsv([later, entry], entry).split('\r\n');
  expect(header?.split(',').slice(0, 6)).toEqual([
    'net',
    'net hash',
    'at',
    'whole pass ms',
    'variation',
    'change against chosen',
  ]);
  expect(first).toContain(`${record.hash},2026-11-29T20:05:00.000Z,1.5,`);
  expect(first).toContain(',-0.25,');
  expect(second).toContain('2026-11-29T20:00:00.000Z,2,');
});
