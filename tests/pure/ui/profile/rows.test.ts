// The layer table: blocks and kernels join on node ids, columns add up, sorting keeps kernels with their block.
import { describe, expect, it } from 'vitest';
import { baselineTimes } from '../../../../src/ui/views/profile/baseline-times.ts';
import { columnsFor, layersCsv } from '../../../../src/ui/views/profile/layer-columns.ts';
import { arrange, beyondNoise, change, layerRows } from '../../../../src/ui/views/profile/rows.ts';
import { isDispatchSelected, isSelected } from '../../../../src/ui/views/profile/selection.ts';
import { timedNet } from './timed-net.ts';

const net = timedNet();
const blocks = layerRows({ ...net, dispatches: net.record.dispatches });
const total = net.record.dispatches.reduce((sum, { ms }) => sum + ms, 0);
const sum = (values: readonly (number | undefined)[]): number =>
  values.reduce<number>((all, value) => all + (value ?? 0), 0);

describe('layerRows', () => {
  it('has a row for each repeat of each line, in the order of the net', () => {
    expect(blocks.map(({ name }) => name)).toEqual([
      'conv_stem',
      'blocks.0.0',
      'blocks.0.1',
      'conv_head',
      'global_pool',
      'classifier',
    ]);
    expect(blocks.map(({ line, repeat }) => `${line}:${repeat}`)).toEqual(['0:0', '1:0', '1:1', '2:0', '3:0', '4:0']);
  });

  it('shares a time’s interval out as it shares the time, and adds errors as those of independent times', () => {
    const intervals = net.record.dispatches.map((dispatch, i) => ({
      ...dispatch,
      interval: [dispatch.ms - 0.1 * (i + 1), dispatch.ms + 0.1 * (i + 1)] as [number, number],
    }));
    for (const { msOff, kernels } of layerRows({ ...net, dispatches: intervals })) {
      for (const kernel of kernels) expect(kernel.msOff).toBeCloseTo(0.1 * (kernel.dispatch + 1) * kernel.part, 9);
      expect(msOff).toBeCloseTo(Math.hypot(...kernels.map((kernel) => kernel.msOff ?? NaN)), 9);
    }
    const [known, ...others] = intervals;
    const partly = layerRows({ ...net, dispatches: [known!, ...others.map(({ interval: _, ...rest }) => rest)] });
    expect(partly.at(-1)?.msOff).toBeUndefined();
  });

  it('counts no time, MAC or parameter twice', () => {
    expect(sum(blocks.map(({ ms }) => ms))).toBeCloseTo(total, 9);
    expect(sum(blocks.map(({ share }) => share))).toBeCloseTo(1, 9);
    expect(sum(blocks.map(({ params }) => params))).toBe(net.accounting.total.params);
    expect(sum(blocks.map(({ macs }) => macs))).toBeCloseTo(net.accounting.total.macs.total, 3);
    const kernels = blocks.flatMap((block) => block.kernels);
    expect(sum(kernels.map(({ ms }) => ms))).toBeCloseTo(total, 9);
    expect(sum(kernels.map(({ part }) => part))).toBeCloseTo(net.record.dispatches.length, 9);
  });

  it('gives rates of what was measured, and nothing before', () => {
    const [stem] = blocks;
    expect(stem?.macRate).toBeCloseTo(((stem?.macs ?? 0) / (stem?.ms ?? 1)) * 1000, 3);
    const before = layerRows({ ...net, dispatches: undefined });
    expect(before.map(({ ms, macRate, kernels }) => [ms, macRate, kernels.length])).toEqual(
      blocks.map(() => [undefined, undefined, 0]),
    );
  });

  it('names kernels inside their block without the block', () => {
    const inside = blocks[1]?.kernels ?? [];
    expect(inside.length).toBeGreaterThan(1);
    for (const { short, name } of inside) {
      expect(short).not.toContain('blocks.0.0');
      expect(name).toContain('blocks.0.0');
    }
  });
});

describe('arrange', () => {
  it('sorts by time and keeps the kernels of an unfolded block below it', () => {
    const slowest = [...blocks].sort((a, b) => (b.ms ?? 0) - (a.ms ?? 0))[0];
    const rows = arrange(blocks, { key: 'ms', descending: true }, new Set([slowest?.key ?? '']), false);
    expect(rows[0]).toBe(slowest);
    expect(rows.slice(1, 1 + (slowest?.kernels.length ?? 0))).toEqual(slowest?.kernels);
    expect(rows.filter(({ kind }) => kind === 'block')).toHaveLength(blocks.length);
  });

  it('lists kernels alone, slowest first, and puts rows without a value last', () => {
    const rows = arrange(blocks, { key: 'ms', descending: true }, new Set(), true);
    expect(rows.every(({ kind }) => kind === 'kernel')).toBe(true);
    expect(rows.map(({ ms }) => ms)).toEqual([...rows.map(({ ms }) => ms ?? 0)].sort((a, b) => b - a));
    const mixed = blocks.map((block, index) => (index === 0 ? { ...block, ms: undefined } : block));
    expect(arrange(mixed, { key: 'ms', descending: true }, new Set(), false).at(-1)?.name).toBe('conv_stem');
    expect(arrange(mixed, { key: 'ms', descending: false }, new Set(), false).at(-1)?.name).toBe('conv_stem');
  });
});

describe('baselineTimes', () => {
  it('finds the same block of the baseline behind an inserted one', () => {
    const edited = timedNet(
      'family efficientnet\ninput 3x32x32\nact relu6\nconv k3 s2 c16\nmbconv k5 c16 e2\nmbconv x2 k3 c16 e4 se0.25\nconv k1 c32\npool\nlinear c10\n',
    );
    const find = baselineTimes(edited.architecture.blocks, {
      graph: net.graph,
      lines: net.architecture.blocks,
      record: net.record,
    });
    expect(find(0, 0)).toBeCloseTo(blocks[0]?.ms ?? NaN, 9);
    expect(find(2, 1)).toBeCloseTo(blocks[2]?.ms ?? NaN, 9);
    expect(find(5, 0)).toBeCloseTo(blocks[5]?.ms ?? NaN, 9);
    expect(find(2, 2)).toBeUndefined();
    const rows = layerRows({ ...edited, dispatches: edited.record.dispatches, baselineMs: find });
    const stem = rows[0];
    expect(stem && change(stem)).toBeCloseTo((stem?.ms ?? 0) - (blocks[0]?.ms ?? 0), 9);
  });
});

describe('beyondNoise', () => {
  it('takes a change for real only beyond twice the spread', () => {
    const row = { ...(blocks[0] as (typeof blocks)[number]), ms: 8, baselineMs: 10 };
    expect(beyondNoise(row, 0.05)).toBe(-2);
    expect(beyondNoise(row, 0.1)).toBe(0);
    expect(beyondNoise({ ...row, baselineMs: undefined }, 0)).toBe(0);
  });
});

describe('selection', () => {
  it('joins blocks by line and kernels by node', () => {
    const [, first, second] = blocks;
    const kernel = first?.kernels[0];
    if (!first || !second || !kernel) throw new Error('the test net has blocks with kernels');
    expect([first, second].map((row) => isSelected(row, { kind: 'lines', lines: new Set([1]) }))).toEqual([true, true]);
    expect([first, second, kernel].map((row) => isSelected(row, { kind: 'node', node: kernel.node }))).toEqual([
      true,
      false,
      true,
    ]);
    expect(isSelected(kernel, { kind: 'none' })).toBe(false);
  });
  it('tells the repeats of one line apart', () => {
    const [, first, second] = blocks;
    if (!first || !second) throw new Error('the test net has a line of two repeats');
    expect([first.line, first.repeat, second.line, second.repeat]).toEqual([1, 0, 1, 1]);
    const of = (repeat: number) =>
      [first, second].map((row) => isSelected(row, { kind: 'lines', lines: new Set([1]), repeat }));
    expect([of(0), of(1)]).toEqual([
      [true, false],
      [false, true],
    ]);
    const blockOf = new Map([
      ['a', { block: 1, repeat: 0 }],
      ['b', { block: 1, repeat: 1 }],
    ]);
    const selection = { kind: 'lines', lines: new Set([1]), repeat: 1 } as const;
    expect([['a'], ['b'], ['a', 'b']].map((from) => isDispatchSelected(from, selection, blockOf))).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('columns', () => {
  it('drop from the right as the table gets narrow, and never the layer, its time and its share', () => {
    expect(columnsFor(330, true).map(({ id }) => id)).toEqual(['layer', 'ms', 'share']);
    expect(columnsFor(2000, true)).toHaveLength(11);
    expect(columnsFor(2000, false).map(({ id }) => id)).not.toContain('change');
  });

  it('export a line for each part of a dispatch', () => {
    const lines = layersCsv(blocks).trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + sum(blocks.map(({ kernels }) => kernels.length)));
    expect(lines[0]).toMatch(/^layer,block,ops,kernel,dispatch,/);
    expect(lines[1]).toContain('16×16×16');
  });
});
