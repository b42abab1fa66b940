// The gallery's figures are those of the nets themselves; searching, sorting and windowing.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { accounting } from '../../../src/graph/cost/cost.ts';
import { encodeLink } from '../../../src/graph/link/link.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { presets } from '../../../src/graph/presets/catalogue.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { findRows, frontier, nextSort, presetRows } from '../../../src/ui/dialogs/presets/rows.ts';
import { chartOf } from '../../../src/ui/dialogs/presets/scatter.ts';

const texts = presets.map(({ name }) => {
  const resolved = resolvePreset(name);
  if ('problem' in resolved) throw new Error(resolved.problem);
  return { name, text: resolved.text };
});

describe('figures', () => {
  it('are the counts of every preset as it opens', async () => {
    const lines = texts.map(({ name, text }) => {
      const { graph, architecture } = check(text, name);
      if (!graph) throw new Error(`${name} does not build`);
      const { params, macs } = accounting(graph).total;
      const [, height, width] = architecture.header.input;
      return `  ${JSON.stringify(name)}: [${params}, ${macs.total}, ${height}, ${width}]`;
    });
    const file = fileURLToPath(new URL('../../../src/ui/dialogs/presets/preset-costs.json', import.meta.url));
    await expect(`{\n${lines.join(',\n')}\n}\n`).toMatchFileSnapshot(file);
  });

  it('stand in every row', () => {
    for (const row of presetRows) expect(row.params * row.macs * row.input[0], row.name).toBeGreaterThan(0);
  });

  it('fit into links: every MobileNetV4 is under 2 kB', () => {
    const lengths = texts.filter(({ name }) => name.startsWith('mobilenetv4')).map((net) => encodeLink(net).length);
    expect(lengths.length).toBeGreaterThan(5);
    expect(Math.max(...lengths)).toBeLessThan(2000);
  });
});

describe('rows', () => {
  it('are found by every word, in name, family or paper', () => {
    expect(findRows(presetRows, 'v4 hybrid', '').map(({ name }) => name)).toContain('mobilenetv4_hybrid_medium');
    expect(
      findRows(presetRows, '1801.04381', '').every(
        ({ family }) => family.startsWith('MobileNetV2') || ['EvoNorm', 'Detection', 'Segmentation'].includes(family),
      ),
    ).toBe(true);
    expect(findRows(presetRows, '', 'MixNet').every(({ family }) => family === 'MixNet')).toBe(true);
    expect(findRows(presetRows, 'no such net', '')).toEqual([]);
  });

  it('sort by number, with unknown figures last in both directions', () => {
    for (const descending of [false, true]) {
      const sorted = findRows(presetRows, '', '', { key: 'top1Timm', descending }).map(({ top1Timm }) => top1Timm);
      const known = sorted.filter((value) => value !== undefined);
      expect(sorted.slice(0, known.length)).toEqual(known);
      expect(known).toEqual([...known].sort((a, b) => (descending ? b - a : a - b)));
    }
  });

  it('sort names as people count', () => {
    const names = findRows(presetRows, 't2t_vit_', '', { key: 'name', descending: false }).map(({ name }) => name);
    expect(names.indexOf('t2t_vit_7')).toBeLessThan(names.indexOf('t2t_vit_10'));
  });

  it('end sorting at the third click', () => {
    const first = nextSort(undefined, 'top1Timm');
    expect(first).toEqual({ key: 'top1Timm', descending: true });
    const second = nextSort(first, 'top1Timm');
    expect(second).toEqual({ key: 'top1Timm', descending: false });
    expect(nextSort(second, 'top1Timm')).toBeUndefined();
    expect(nextSort(second, 'macs')).toEqual({ key: 'macs', descending: false });
  });
});

it('keeps on the frontier what nothing cheaper beats', () => {
  const rows = [
    { cost: 1, gain: 60 },
    { cost: 2, gain: 59 },
    { cost: 2, gain: 70 },
    { cost: 3, gain: 70 },
    { cost: 4, gain: 71 },
  ];
  expect(
    frontier(
      rows,
      ({ cost }) => cost,
      ({ gain }) => gain,
    ),
  ).toEqual([rows[0], rows[2], rows[4]]);
});

it('with times of this device, sorts by them and puts only the timed nets into the chart', () => {
  const here = new Map([
    ['mobilenetv2_100', { ms: 30 }],
    ['mobilenetv3_large_100', { ms: 20 }],
  ]);
  const sorted = findRows(presetRows, '', '', { key: 'here', descending: false }, here);
  expect(sorted.slice(0, 2).map(({ name }) => name)).toEqual(['mobilenetv3_large_100', 'mobilenetv2_100']);
  const { points, best } = chartOf(presetRows, presetRows, 'here', 'top1Timm', 600, 400, here);
  expect(points.map(({ row }) => row.name).sort()).toEqual(['mobilenetv2_100', 'mobilenetv3_large_100']);
  expect(best.map(({ row }) => row.name)).toEqual(['mobilenetv3_large_100']);
  expect(chartOf(presetRows, presetRows, 'here', 'top1Timm', 600, 400).points).toEqual([]);
});
