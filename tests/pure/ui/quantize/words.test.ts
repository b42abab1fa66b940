// What the Quantize pane says and draws: best calibrator, suggestion, verdict rows, recipe and link, histogram with ranges.
import { describe, expect, test } from 'vitest';
import { decodeLink, encodeLink } from '../../../../src/graph/link/link.ts';
import { calibrationMethods, Observer } from '../../../../src/graph/quant/observers.ts';
import { clippedShare, spreadOf } from '../../../../src/graph/quant/spread.ts';
import type { Agreement } from '../../../../src/graph/quant/compare.ts';
import type { ComparedColumn } from '../../../../src/workers/jobs/quantize/protocol.ts';
import { bestMethod, calibrators, mostDisputed } from '../../../../src/ui/views/quantize/calibrators.ts';
import { decibels, shareOfDecibels } from '../../../../src/ui/views/quantize/decibels.ts';
import { recipeText, sharedRecipe } from '../../../../src/ui/views/quantize/recipe.ts';
import { spreadChart } from '../../../../src/ui/views/quantize/spread-chart.ts';
import { listed, suggestion } from '../../../../src/ui/views/quantize/suggestion.ts';
import { layerRatio, verdictRows } from '../../../../src/ui/views/quantize/verdict-table.ts';

const agreement = (top1: number, top5 = 1, logitsSqnrDb = 30, pictures = 4): Agreement => ({
  pictures,
  top1,
  top5,
  logitsSqnrDb,
});
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

test('every calibration method has a row, from the widest range to the narrowest', () => {
  expect(calibrators.map(({ method }) => method).sort()).toEqual([...calibrationMethods].sort());
});

test('the best calibrator: first answers, then the first five, then noise', () => {
  const rows = [
    { method: 'max', agreement: agreement(0.5, 1, 40) },
    { method: 'entropy', agreement: agreement(0.75, 0.6, 20) },
    { method: 'average', agreement: agreement(0.75, 0.8, 19) },
    { method: 'percentile-99.9', agreement: agreement(0.75, 0.8, 21) },
  ] as const;
  expect(bestMethod(rows)).toBe('percentile-99.9');
  expect(bestMethod([])).toBeUndefined();
});

test('the tensor to look at first is the one about which the methods differ most', () => {
  const ranges = (a: number, b: number) => ({
    ranges: new Map([
      ['same', { low: 0, high: 6 }],
      ['outliers', { low: -a, high: b }],
    ]),
  });
  expect(mostDisputed([ranges(5, 50), ranges(1, 2)])).toBe('outliers');
});

test('decibels', () => {
  expect(plain(decibels(31.44))).toBe('31.4 dB');
  expect(plain(decibels(-2))).toBe('−2.0 dB');
  expect(decibels(Infinity)).toBe('equal');
  expect(shareOfDecibels(20, [40, 20, Infinity])).toBe(0.5);
  expect(shareOfDecibels(-5, [40])).toBe(0);
});

describe('the suggestion names the layers', () => {
  test('lists', () => {
    expect(listed(['a'])).toBe('a');
    expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
    expect(listed(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
  });
  test.each([
    [[], undefined, 1, 'All 9 layers in int8. The first answer is then float’s on 100 % of 4 pictures.'],
    [
      ['a', 'b'],
      undefined,
      0.75,
      'Keep 2 layers in float: a and b. The first answer is then float’s on 75.0 % of 4 pictures.',
    ],
    [
      ['a'],
      { share: 0.95, met: true },
      1,
      'Keep one layer in float: a. The first answer is then float’s on 100 % of 4 pictures, which holds the target of 95.0 %.',
    ],
    [
      ['a'],
      { share: 0.95, met: false },
      0.5,
      'Even with all 9 layers in float only 50.0 % of 4 pictures keep their answer: the target of 95.0 % cannot be met this way.',
    ],
  ])('%j %j', (float, target, top1, words) => {
    expect(plain(suggestion(float, 9, agreement(top1), target))).toBe(words);
  });
});

test('a recipe in words and in a link; hostile ones are refused', () => {
  const recipe = { calibration: 'entropy', pictures: 3, perChannel: true, equalized: true, float: ['conv_stem'] };
  expect(recipeText(recipe)).toBe('Entropy, weights per channel, equalised, 1 layer in float');
  const shared = sharedRecipe(recipe);
  const decoded = decodeLink(encodeLink({ name: 'n', text: 't', recipe: shared }));
  expect(decoded).toEqual({ ok: true, document: { name: 'n', text: 't', recipe: shared } });
  expect(sharedRecipe({ ...recipe, calibration: 'another' })).toBeUndefined();
  const hostile = { ...shared!, float: ['<b>'] };
  expect(decodeLink(encodeLink({ name: 'n', text: 't', recipe: hostile })).ok).toBe(false);
});

describe('verdict rows', () => {
  const column = (arithmetic: 'float32' | 'int8', size: number, ms?: number): ComparedColumn => ({
    arithmetic,
    fileBytes: size,
    weightBytes: size,
    activationBytes: size,
    peakBytes: 2 * size,
    dispatches: 10,
    agreement: arithmetic === 'int8' ? agreement(0.75) : undefined,
    ...(ms !== undefined && { totalMs: ms, latencyMs: ms }),
  });
  test('each arithmetic against float32', () => {
    const rows = verdictRows([column('float32', 4096, 2), column('int8', 1024, 5)]);
    const row = (label: string) =>
      rows.find((one) => one.label === label)!.cells.map(({ text, ratio }) => plain(`${text} ${ratio ?? ''}`).trim());
    expect(row('File')).toEqual(['4.00 KiB', '1.00 KiB 0.25 ×']);
    expect(row('Whole pass')).toEqual(['2.00 ms', '5.00 ms 2.50 ×']);
    expect(row('Top-1 agreement')).toEqual(['reference', '75.0 %']);
  });
  test('no times, no ratio', () => {
    const [, , time] = verdictRows([column('float32', 1), column('int8', 1)]);
    expect(time!.cells).toEqual([{ text: '–' }, { text: '–' }]);
  });
  test('a layer is held against the faster float', () => {
    const ms = { float32: 4, float16: 2, int8: 3 };
    expect(layerRatio({ node: 'a', kind: 'conv2d', nodes: ['a'], ms })).toBe(1.5);
    expect(layerRatio({ node: 'a', kind: 'conv2d', nodes: ['a'], ms: { float32: 4 } })).toBeUndefined();
  });
});

describe('the histogram of a calibrated value', () => {
  const observed = (...values: number[]): Observer => {
    const observer = new Observer();
    const data = Float32Array.from(values);
    observer.watchRange(data);
    observer.watchHistogram(data);
    return observer;
  };
  test('keeps every value, in equal bins over what was seen', () => {
    const observer = observed(...Array.from({ length: 999 }, (_, i) => i / 100 - 2));
    const { low, high, counts } = spreadOf(observer, 100);
    expect(counts).toHaveLength(100);
    expect(counts.reduce((a, b) => a + b, 0)).toBeCloseTo(999, 6);
    expect(low).toBeCloseTo(-2, 1);
    expect(high).toBeCloseTo(7.98, 1);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(4);
  });
  test('zeros alone are one bin', () => {
    expect([...spreadOf(observed(0, 0, 0)).counts]).toEqual([3]);
    expect(clippedShare(observed(0, 0), { low: 0, high: 0 })).toBe(0);
  });
  test('what a range cuts off; a range that holds all cuts nothing', () => {
    const observer = observed(...Array.from({ length: 900 }, () => 1), ...Array.from({ length: 100 }, () => 6));
    expect(clippedShare(observer, observer.range('max'))).toBe(0);
    expect(clippedShare(observer, { low: 0, high: 3 })).toBeCloseTo(0.1, 6);
    expect(clippedShare(observer, { low: 2, high: 6 })).toBeCloseTo(0.9, 6);
  });
  test('the axis holds every range', () => {
    const chart = spreadChart({ low: 0, high: 4, counts: Float64Array.of(1, 0, 0, 9) }, [{ low: -4, high: 2 }]);
    expect([chart.low, chart.high]).toEqual([-4, 4]);
    expect(chart.place(0)).toBe(0.5);
    expect(chart.bars.map(({ from }) => from)).toEqual([0.5, 0.625, 0.75, 0.875]);
    expect(chart.bars[3]!.height).toBe(1);
  });
});
