// Every row of the table of reference figures whose family is built here: exact parameters, MACs, activations and preprocessing.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { accounting } from '../../../src/graph/cost/cost.ts';
import { findPreset } from '../../../src/graph/presets/catalogue.ts';
import { built, resolved } from './build.ts';

type Row = Readonly<Record<string, string>>;

/** RFC 4180: commas and doubled quotes may stand inside quotes. */
function readCsv(text: string): Row[] {
  const records = text
    .trim()
    .split(/\r?\n/)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    );
  const [header = [], ...rows] = records;
  return rows.map((values) => Object.fromEntries(header.map((key, i) => [key, values[i] ?? ''])));
}

const families = new Set([
  'MobileNetV1',
  'FD-MobileNet',
  'MobileNetV2',
  'MobileNetV3',
  'MobileNetV4',
  'MnasNet',
  'EfficientNet',
  'EfficientNet-Lite',
  'MixNet',
  'MobileNetV3+CA',
  'MobileNetV2+CA',
  'EfficientFormer',
  'EfficientFormerV2',
  'T2T-ViT',
]);
const rows = readCsv(readFileSync('test-data/models.csv', 'utf8')).filter(
  ({ family = '', timm_or_reference_name: name = '' }) => {
    const backbone = family === 'MobileDet' && name.endsWith('_backbone');
    const evonorm = family === 'EvoNorm' && /^(mobilenetv2|efficientnet|mnasnet)\S*\+evonorm/.test(name);
    return families.has(family) || backbone || evonorm;
  },
);

const numbers = (text = '') => (text === '' ? undefined : text.split(' ').map(Number));
const number = (text = '') => (text === '' ? undefined : Number(text));

test('the table has the rows that this test is for', () => {
  expect(rows).toHaveLength(139);
});

test.each(rows.map((row) => [row.hf_hub_id?.replace('timm/', '') || row.timm_or_reference_name || '', row] as const))(
  '%s',
  (name, row) => {
    const { architecture, checkpoint, preset, exact } = resolved(name);
    const { total } = accounting(built(name));
    expect(total.params).toBe(Number(row.params_exact_or_M));
    expect(Math.abs(total.macs.total / 1e6 / Number(row.macs_M) - 1)).toBeLessThanOrEqual(1e-3);
    expect(Math.abs(total.activations / 1e6 / Number(row.activations_M) - 1)).toBeLessThanOrEqual(1e-2);
    expect(architecture.header.input.slice(1)).toEqual([Number(row.input_resolution), Number(row.input_resolution)]);
    expect(architecture.header.expectParams).toBe(Number(row.params_exact_or_M));
    expect(exact).toBe(true);
    expect(preset?.family).toBe(row.family);
    expect(checkpoint?.hubId ?? '').toBe(row.hf_hub_id);
    expect(checkpoint?.top1Paper).toBe(number(row.top1_paper));
    expect(checkpoint?.top1Timm).toBe(number(row.top1_timm));
    expect(checkpoint?.preprocessing?.mean).toEqual(numbers(row.mean));
    expect(checkpoint?.preprocessing?.std).toEqual(numbers(row.std));
    if (row.mean === '') return;
    expect(checkpoint?.preprocessing?.crop).toBe(number(row.crop));
    expect(checkpoint?.preprocessing?.interpolation).toBe(row.interpolation || undefined);
  },
);

test('every row is a preset of its own name, and every weight tag is one of its checkpoints', () => {
  for (const row of rows) {
    const name = (row.timm_or_reference_name ?? '').replace(/ \(classes=1000; reduction=32\)$/, '');
    if (name.includes('(')) continue;
    const preset = findPreset(name);
    expect(preset?.name).toBe(name);
    expect(preset?.checkpoints.map(({ hubId }) => hubId ?? '')).toContain(row.hf_hub_id);
  }
});
