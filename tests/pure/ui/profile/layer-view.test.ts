// Looking at the layer table: what a filter keeps, what groups add up to, what an edit leaves on the page, and the CSV of it.
import { describe, expect, it } from 'vitest';
import { filterRows, groupRows, groupings } from '../../../../src/ui/views/profile/layer-groups.ts';
import { columnsFor, tableCsv } from '../../../../src/ui/views/profile/layer-columns.ts';
import { withOldTimes } from '../../../../src/ui/views/profile/old-times.ts';
import { runJson } from '../../../../src/ui/views/profile/exports.ts';
import { arrange, layerRows } from '../../../../src/ui/views/profile/rows.ts';
import { accounting } from '../../../../src/graph/cost/cost.ts';
import { timedNet } from './timed-net.ts';

const { graph, architecture, record } = timedNet();
const input = { graph, architecture, accounting: accounting(graph) };
const blocks = layerRows({ ...input, dispatches: record.dispatches });
const sum = (rows: readonly { ms: number | undefined }[]): number =>
  rows.reduce((total, { ms }) => total + (ms ?? 0), 0);

describe('groups', () => {
  it.each(groupings.map(({ id }) => id))('%s: every millisecond and parameter is in one group', (grouping) => {
    const groups = groupRows(blocks, grouping);
    expect(sum(groups)).toBeCloseTo(sum(blocks), 9);
    expect(groups.reduce((total, { macs }) => total + macs, 0)).toBeCloseTo(
      blocks.reduce((total, { macs }) => total + macs, 0),
      3,
    );
    expect(new Set(groups.map(({ key }) => key)).size).toBe(groups.length);
  });
});

describe('filter', () => {
  it('by kind keeps the kernels of that kind alone', () => {
    const kernels = filterRows(blocks, '', 'depthwise').flatMap((block) => block.kernels);
    expect(kernels.length).toBeGreaterThan(0);
    expect(kernels.every(({ works, ops }) => works.has('depthwise') && ops.includes('depthwise'))).toBe(true);
  });
  it('by words looks at names, arguments, ops and kernels, all words at once', () => {
    expect(filterRows(blocks, 'mbconv s2', '').every(({ detail }) => detail.includes('s2'))).toBe(true);
    expect(filterRows(blocks, 'mbconv depthwise', '').length).toBeGreaterThan(0);
    expect(filterRows(blocks, 'no such layer', '')).toEqual([]);
  });
});

describe('an edit', () => {
  const before = { blocks, lines: architecture.blocks };
  it('leaves the old times on blocks that are still there, marked as old', () => {
    const fresh = layerRows({ ...input, dispatches: undefined });
    const shown = withOldTimes(fresh, architecture.blocks, before);
    expect(shown.map(({ ms }) => ms)).toEqual(blocks.map(({ ms }) => ms));
    expect(shown.every(({ old }) => old === true)).toBe(true);
  });
  it('never replaces a time of this net', () => {
    expect(withOldTimes(blocks, architecture.blocks, before)).toEqual(blocks);
  });
});

describe('files', () => {
  it('the CSV has the rows and columns of the page, with plain numbers', () => {
    const columns = columnsFor(Infinity, false, new Set(['output', 'byteRate']));
    const rows = arrange(blocks, { key: 'ms', descending: true }, new Set(), false);
    const lines = tableCsv(rows, columns).trimEnd().split('\r\n');
    expect(lines[0]).toBe('layer,op and kernel,"time, ms","± 95 %, ms",share of the sum of layers,MAC/s,MACs,params');
    expect(lines).toHaveLength(blocks.length + 1);
    expect(lines[1]?.startsWith(rows[0]?.name ?? '?')).toBe(true);
    expect(lines[1]).toContain(String(rows[0]?.ms));
  });
  it('the run record has the text of its net and the peaks of its device', () => {
    const peaks = {
      f32MacsPerS: 1,
      bytesPerS: 2,
      cacheBytesPerS: 3,
      launchMs: 4,
    };
    expect(JSON.parse(runJson(record, { text: 'conv k3 c8', peaks }))).toMatchObject({ text: 'conv k3 c8', peaks });
  });
});
