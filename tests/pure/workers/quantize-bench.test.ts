// The bench of the Quantize pane on the CPU: every question is answered, findings agree with each other, files stand for their recipe.
import { describe, expect, test } from 'vitest';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { generateTensor } from '../../../src/graph/inspect/golden.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { readQuantized } from '../../../src/graph/quant/file.ts';
import { calibrationMethods } from '../../../src/graph/quant/observers.ts';
import type { Recipe } from '../../../src/graph/quant/quantize.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';
import { QuantizeBench, type BenchHooks } from '../../../src/workers/jobs/quantize/bench.ts';

const text = 'input 3x16x16\nact relu6\n\nconv k3 s2 c8\nmbconv k3 c8 e4\nmbconv k3 s2 c16 e4\npool\nlinear c10\n';
const recipe: Recipe = { calibration: 'max', pictures: 3, perChannel: true, equalized: false, float: [] };

function newBench(): QuantizeBench {
  const { graph } = expand(parse(text).architecture, 'small');
  const params = new Map(
    graphParams(graph!).map(({ name, shape }) => [name, generateTensor('bench', name, shape)] as const),
  );
  const facts = { name: 'small', text, preprocessing: {}, imagenet: false };
  const pictures = [0, 1, 2].map((seed) => generateTensor('picture', String(seed), [1, 16, 16, 3]));
  return new QuantizeBench({ hash: '0', graph: graph!, params, facts }, undefined).withPictures(pictures);
}

/** Hooks that note what is reported. */
function hooks(): BenchHooks & { readonly shares: number[] } {
  const shares: number[] = [];
  return {
    shares,
    signal: new AbortController().signal,
    pause: () => Promise.resolve(),
    onProgress: (_, share) => shares.push(share),
  };
}

describe('a small net', () => {
  const bench = newBench();

  test('compares all methods; the row of a recipe is what the recipe gives', async () => {
    const own = hooks();
    const rows = await bench.compare({ perChannel: true, equalized: false }, own);
    expect(rows.map(({ method }) => method)).toEqual(calibrationMethods);
    expect(rows.find(({ method }) => method === 'max')!.agreement).toEqual(await bench.agreement(recipe, hooks()));
    expect(own.shares).toEqual([...own.shares].sort((a, b) => a - b));
    expect(own.shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  });

  test('a value’s spread counts every number of every picture, and the maximum cuts nothing off', () => {
    const { counts, clipped } = bench.spread('bn1.act', false);
    expect(counts.reduce((a, b) => a + b, 0)).toBeCloseTo(3 * 8 * 8 * 8, 6);
    expect(clipped.get('max')).toBe(0);
    expect([...clipped.keys()]).toEqual(calibrationMethods);
  });

  test('layers: each once, in order, the answers as in the comparison', async () => {
    const { layers, agreement } = await bench.assess(recipe, hooks());
    expect(layers.map(({ id }) => id)).toEqual(bench.layers.map(({ id }) => id));
    expect(layers.every(({ sqnrDb }) => sqnrDb > 0)).toBe(true);
    expect(agreement.logitsSqnrDb).toBeCloseTo((await bench.agreement(recipe, hooks())).logitsSqnrDb, 9);
  });

  test('ranks all layers; all of them in float is the float net', async () => {
    const ranking = await bench.rank(recipe, hooks());
    const names = ranking.map(({ layer }) => layer);
    expect([...names].sort()).toEqual(
      bench.layers
        .filter(({ whyFloat }) => !whyFloat)
        .map(({ id }) => id)
        .sort(),
    );
    const all = await bench.agreement({ ...recipe, float: names }, hooks());
    expect(all.logitsSqnrDb).toBeGreaterThan(100);
    const kept = await bench.until(recipe, names, 1, hooks());
    expect(kept.met).toBe(true);
    expect(kept.agreement.top1).toBe(1);
    expect(names.slice(0, kept.float.length)).toEqual(kept.float);
  });

  test('the verdict without a device: sizes and agreement, no times', async () => {
    const { columns, layers, sentence } = await bench.verdict(recipe, hooks());
    expect(columns.map(({ arithmetic, totalMs }) => [arithmetic, totalMs])).toEqual([
      ['float32', undefined],
      ['int8', undefined],
    ]);
    expect(columns[1]!.fileBytes).toBeLessThan(columns[0]!.fileBytes);
    expect(layers).toEqual([]);
    expect(sentence).toMatch(/^No milliseconds/);
  });

  test('a file of another calibration stands for its recipe until it is put away', async () => {
    const saved = await bench.save({ ...recipe, calibration: 'percentile-99.9' }, hooks());
    const { net } = readQuantized(saved);
    expect(net.recipe.calibration).toBe('percentile-99.9');
    const other = newBench();
    other.useFile({ ...net, recipe });
    const fromFile = await other.agreement(recipe, hooks());
    other.useFile(undefined);
    expect((await other.agreement(recipe, hooks())).logitsSqnrDb).not.toBe(fromFile.logitsSqnrDb);
    expect(fromFile).toEqual(await bench.agreement({ ...recipe, calibration: 'percentile-99.9' }, hooks()));
  });

  test('an abort is heard between two layers', async () => {
    let pauses = 0;
    const stopped = newBench().rank(recipe, {
      ...hooks(),
      pause: () => (++pauses > 5 ? Promise.reject(new DOMException('Cancelled.', 'AbortError')) : Promise.resolve()),
    });
    await expect(stopped).rejects.toThrow('Cancelled.');
    expect(pauses).toBe(6);
  });
});
