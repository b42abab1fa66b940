// `quantize`, then `run` and `compare` of what it wrote, on the CPU; and what they say when something is missing, wrong or damaged.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import type { CompareJson } from '../../../src/cli/verbs/compare.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import type { RunJson } from '../../../src/cli/verbs/run.ts';
import { readQuantized } from '../../../src/graph/quant/file.ts';
import { captured } from './captured.ts';
import { detectorText, quantizedFiles } from './quantized-files.ts';

const { folder, net, weights, images, out } = quantizedFiles();
afterAll(() => rmSync(folder, { recursive: true }));

const call = async (...words: string[]): Promise<{ code: number; out: string; err: string }> => {
  const { console, out: lines, err } = captured();
  const code = await runCommand(verbs, words, console);
  return { code, out: lines.join('\n'), err: err.join('\n') };
};
const json = async <T>(...words: string[]): Promise<T> => {
  const { code, out: text, err } = await call(...words, '--json');
  expect(err).toBe('');
  expect(code).toBe(0);
  return JSON.parse(text) as T;
};

const made = (...more: string[]): string[] => [
  'quantize',
  net,
  '--weights',
  weights,
  '--images',
  images,
  '--device',
  'cpu',
  ...more,
];

beforeAll(async () => {
  const { code, out: text } = await call(...made('--out', out));
  expect(code).toBe(0);
  expect(text).toContain('small: 11 of 11 layers in int8, weights per channel, percentile-99.999, 3 pictures');
  expect(text).toMatch(/on these pictures: first answer equal on [\d.]+ %/);
});

describe('a quantized net on the CPU', () => {
  test('runs: the classes of the float net', async () => {
    const picture = join(images, 'cat.jpg');
    const integer = await json<RunJson>('run', out, '--image', picture, '--device', 'cpu');
    const float = await json<RunJson>('run', net, '--weights', weights, '--image', picture, '--device', 'cpu');
    expect(integer).toMatchObject({ net: 'small', device: 'cpu', adapter: null });
    expect(integer.top[0]?.index).toBe(float.top[0]?.index);
    expect(integer.top[0]?.probability).toBeCloseTo(float.top[0]?.probability as number, 1);
  });

  test('is a text, too; where floats are needed it is called what it is', async () => {
    expect((await call('print', out)).out).toBe((await call('print', net)).out);
    expect((await call('check', out)).out).toContain('no problems');
    expect((await call('show', out)).code).toBe(0);
    for (const words of [
      ['plan', out],
      ['tune', out],
      ['quantize', out, '--images', images, '--out', join(folder, 'never.safetensors')],
    ])
      expect((await call(...words)).err, words[0]).toContain(
        `"${out}" is a quantized net (int8), and floats are needed here`,
      );
  });

  test('is written in integers for other programs, in nothing else', async () => {
    for (const name of ['small.int8.onnx', 'small.int8.tflite']) {
      const { code, out: said } = await call('convert', out, '--out', join(folder, name));
      expect([code, said], name).toEqual([0, expect.stringContaining('read back and run')]);
      expect((await call('inspect', join(folder, name))).out, name).toContain('nodes can be run');
    }
    expect(await call('convert', out, '--out', join(folder, 'never.html'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('--to onnx, tflite and arch') as string,
    });
  });

  test('is no file of weights', async () => {
    const { code, err } = await call('run', net, '--weights', out, '--image', join(images, 'cat.jpg'));
    expect([code, err]).toEqual([2, expect.stringContaining(`"${out}" is a quantized net (int8)`)]);
  });

  test('beside itself has no noise', async () => {
    const where = ['--images', images, '--device', 'cpu'];
    expect((await call('compare', out, out, ...where)).out).toContain('logits equal');
  });

  test('is compared with the float net, layer by layer', async () => {
    const where = ['--weights', weights, '--images', images, '--device', 'cpu'];
    const { a, b, agreement, layers } = await json<CompareJson>('compare', net, out, ...where);
    expect([a, b]).toEqual(['small', 'small int8']);
    expect(agreement.pictures).toBe(3);
    expect(agreement.logitsSqnrDb).toBeGreaterThan(15);
    expect(layers.length).toBe(10);
    for (const { integer, sqnrDb } of layers) {
      expect(integer).toBe(true);
      expect(sqnrDb).toBeGreaterThan(10);
    }
    const same = await json<CompareJson>('compare', out, out, '--images', images, '--device', 'cpu');
    expect(same.agreement).toMatchObject({ top1: 1, top5: 1 });
    expect(same.layers.every(({ sqnrDb }) => sqnrDb === null)).toBe(true);
    const { out: table } = await call('compare', net, out, ...where);
    expect(table).toMatch(/on 3 pictures: first answer equal on .*\n\n.*signal\/noise dB/);
  });

  test('follows every option, and keeps what the target needs in float', async () => {
    const other = join(folder, 'other.safetensors');
    const options = ['--calibration', 'entropy', '--per-tensor', '--equalize', '--sensitivity', '--target', '1'];
    const found = await json<{ ranking: unknown[]; met: boolean; agreement: { top1: number } }>(
      ...made('--out', other, ...options),
    );
    expect(found.ranking).toHaveLength(11);
    expect(found.met).toBe(true);
    expect(found.agreement.top1).toBe(1);
    expect(readQuantized(readFileSync(other)).net.recipe).toMatchObject({
      calibration: 'entropy',
      perChannel: false,
      equalized: true,
      pictures: 3,
    });
  });
});

test('a net of several outputs is quantized whole and compared in each of them', async () => {
  const files = quantizedFiles(detectorText);
  const where = ['--weights', files.weights, '--images', files.images, '--device', 'cpu'];
  try {
    const words = ['quantize', files.net, '--out', files.out, ...where];
    const { code, out: text } = await call(...words);
    expect(code).toBe(0);
    expect(text).toMatch(/on these pictures: boxes [\d.]+ dB .*\n.*: scores [\d.]+ dB against float/);
    // There are no first answers to count.
    expect(text).not.toContain('first answer');
    expect((await call(...words, '--force', '--target', '0.9')).err).toContain(
      'it is a net for “Detect”; leave it away',
    );
    const { outputs } = await json<CompareJson>('compare', files.net, files.out, ...where);
    expect(outputs.map(({ output }) => output)).toEqual(['boxes', 'scores']);
    for (const { sqnrDb } of outputs) expect(sqnrDb).toBeGreaterThan(10);
    expect((await call('compare', files.net, files.out, ...where)).out).toMatch(
      /on 3 pictures: boxes .* dB, scores .* dB\n/,
    );
  } finally {
    rmSync(files.folder, { recursive: true });
  }
});

describe('what is missing, wrong or damaged', () => {
  const fresh = join(folder, 'fresh.safetensors');
  test.each([
    [['quantize', net, '--out', fresh], 'Give a folder with --images DIR.'],
    [['quantize', net, '--images', images], 'Give a file with --out FILE.'],
    [['quantize', net, '--images', join(folder, 'none'), '--out', fresh], 'there is no folder'],
    [['quantize', net, '--images', images, '--out', fresh, '--calibration', 'median'], 'percentile-99.99'],
    [['quantize', 'mobilenetv2_140', '--images', images, '--out', fresh], '--weights'],
    [made('--out', join(folder, 'no', 'such', 'folder.safetensors')), 'cannot be written'],
    [['run', out, '--image', join(images, 'cat.jpg'), '--weights', weights], 'leave --weights away'],
    [['run', weights, '--image', join(images, 'cat.jpg')], 'not a quantized net'],
    [['profile', out, '--input', '64'], 'leave --input, --precision, --tuned and --batch away'],
    [['compare', net, out, '--weights', weights], 'Give a folder with --images DIR.'],
  ])('%j', async (words, sentence) => {
    const { code, err } = await call(...words);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });

  test('a damaged file is refused with its name', async () => {
    const broken = join(folder, 'broken.safetensors');
    writeFileSync(broken, readFileSync(out).subarray(0, 2000));
    const { code, err } = await call('run', broken, '--image', join(images, 'cat.jpg'));
    expect(code).toBe(2);
    expect(err).toContain('broken.safetensors" cannot be used');
  });
});
