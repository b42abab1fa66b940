// `convert`: the ending of the file decides the form, and what is known of the preparation of pictures goes with the weights.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import type { CompareJson } from '../../../src/cli/verbs/compare.ts';
import type { RunJson } from '../../../src/cli/verbs/run.ts';
import { readSafetensors } from '../../../src/graph/formats/safetensors/read.ts';
import { readPreparationMetadata } from '../../../src/graph/weights/preparation-config.ts';
import { captured } from './captured.ts';
import { quantizedFiles } from './quantized-files.ts';

const { folder, net, weights, images } = quantizedFiles();
afterAll(() => rmSync(folder, { recursive: true }));

const call = async (...words: string[]): Promise<{ code: number; out: string; err: string }> => {
  const { console, out, err } = captured();
  const code = await runCommand(verbs, words, console);
  return { code, out: out.join('\n'), err: err.join('\n') };
};
const at = (name: string): string => join(folder, name);
const picture = join(images, 'cat.jpg');

test('a file is written in the form that its ending names', async () => {
  for (const name of ['a.arch', 'a.ARCH2.arch', 'a.safetensors', 'a.onnx'])
    expect(await call('convert', net, '--weights', weights, '--out', at(name)), name).toMatchObject({
      code: 0,
      err: '',
    });
  expect((await call('check', at('a.arch'))).out).toContain('no problems');
  const { code, err } = await call('convert', net, '--to', 'onnx', '--weights', weights, '--out', at('b.safetensors'));
  expect([code, err]).toEqual([2, expect.stringContaining('--to onnx writes a file that ends in .onnx')]);
});

// 50 folded batch norms round anew: 3.6e-5 standard deviations here.
test('a deep published net is written as TFLite', async () => {
  const { code, out, err } = await call('convert', 'mobilenetv2_100@96', '--out', at('deep.tflite'));
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/deep\.tflite: read back, largest difference \d\.\de-[4-9] standard deviations\.$/);
});

test('preparation that is known travels through ONNX and safetensors; a guess does not', async () => {
  const said = {
    mean: [0.1, 0.2, 0.3],
    std: [0.4, 0.5, 0.6],
    crop_pct: 0.9,
    interpolation: 'bilinear',
    crop_mode: 'squash',
  };
  writeFileSync(at('config.json'), JSON.stringify({ pretrained_cfg: said }));
  const own = ['--weights', weights];
  const json = async (...words: string[]): Promise<RunJson> =>
    JSON.parse((await call('run', ...words, '--image', picture, '--device', 'cpu', '--json')).out) as RunJson;
  await call('convert', net, ...own, '--out', at('known.onnx'));
  await call('convert', net, ...own, '--out', at('known.safetensors'));
  const { metadata } = readSafetensors(new Uint8Array(readFileSync(at('known.safetensors'))));
  expect(readPreparationMetadata(metadata).preprocessing).toEqual({
    mean: said.mean,
    std: said.std,
    crop: said.crop_pct,
    interpolation: said.interpolation,
    fit: 'stretch',
  });
  const before = await json(net, ...own);
  const report = await call('run', at('known.onnx'), '--image', picture, '--device', 'cpu');
  expect(report.out).toContain('preparation: as the file says');
  rmSync(at('config.json'));
  expect((await json(net, '--weights', at('known.safetensors'))).top).toEqual(before.top);
  (await json(at('known.onnx'))).top.forEach(({ index, probability }, i) => {
    expect(index).toBe(before.top[i]?.index);
    expect(probability).toBeCloseTo(before.top[i]?.probability as number, 5);
  });
  await call('convert', net, ...own, '--out', at('guess.onnx'));
  const guess = await call('run', at('guess.onnx'), '--image', picture, '--device', 'cpu');
  expect(guess.out).toContain('the file does not say');
});

const models = new URL('../../../test-data/imports/models/', import.meta.url).pathname;

test.each(['k-odd-int8.tflite', 'k-swish-f32.tflite', 'x-decoder_tiny-legacy-op17.onnx'])(
  '%s is written as ONNX and answers as before',
  async (name) => {
    const { code, out, err } = await call('convert', `${models}${name}`, '--out', at(`${name}.back.onnx`));
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/largest difference (0\.0e\+0|\d\.\de-[6-9])/);
  },
);

test('layers of an integer file are compared as real numbers', async () => {
  const files = ['f32', 'int8'].map((kind) => `${models}k-odd-${kind}.tflite`);
  const { code, out, err } = await call('compare', ...files, '--images', images, '--device', 'cpu', '--json');
  expect(code, err).toBe(0);
  const { layers } = JSON.parse(out) as CompareJson;
  expect(layers.filter(({ integer }) => integer).length).toBeGreaterThan(20);
  for (const { layer, sqnrDb } of layers) expect(sqnrDb, layer).toBeGreaterThan(0);
});
