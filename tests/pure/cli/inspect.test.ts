// `inspect`: what is in another program's model file, and what a file is that is none.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import { captured } from './captured.ts';

const models = new URL('../../../test-data/imports/models/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'bottleneck-inspect-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function inspected(...words: string[]) {
  const { console, out, err } = captured();
  const code = await runCommand(verbs, ['inspect', ...words], console);
  return { code, text: [...out, ...err].join('\n') };
}

test('operators, values and what can be run', async () => {
  const { code, text } = await inspected(join(models, 'k-odd-int8.tflite'));
  expect(code).toBe(0);
  expect(text).toContain('TFLite, schema 3');
  expect(text).toMatch(/CONV_2D +\d/);
  expect(text).toMatch(/All 34 nodes can be run\./);
  const { text: json } = await inspected(join(models, 'x-coord_att-legacy-op17.onnx'), '--json');
  expect(JSON.parse(json)).toMatchObject({ format: 'onnx', opsets: { '': 17 }, unsupported: [], nonFinite: [] });
});

test('weights in another file are read where it lies beside the model', async () => {
  const { text } = await inspected(join(models, 'x-kws_dscnn-external.onnx'));
  expect(text).toMatch(/All \d+ nodes can be run\./);
});

test.each([
  ['page.onnx', '<!doctype html><html><body>404</body></html>', 'is a web page (HTML)'],
  ['pointer.tflite', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n', 'is a Git LFS pointer'],
  ['net.onnx', 'conv k3 s2 c8\npool\n', 'is a text; a model (ONNX or TFLite) is needed here'],
  ['weights.onnx', 'PK\u0003\u0004archive/data.pkl', 'is a'],
  ['cut.tflite', '\u0010\u0000\u0000\u0000TFL3', 'has 8 bytes: it is empty or cut short'],
  ['empty.onnx', '', 'The file is empty'],
])('%s is named for what it is', async (name, content, sentence) => {
  const path = join(folder, name);
  writeFileSync(path, content, 'latin1');
  const { code, text } = await inspected(path);
  expect(code).not.toBe(0);
  expect(text).toContain(sentence);
  expect(text).not.toMatch(/\n\s+at /);
});

test('no such file, a folder, an input that is not there', async () => {
  expect((await inspected(join(folder, 'none.onnx'))).text).toContain('there is no file');
  expect((await inspected(folder)).text).toContain('it is a folder');
  const { text } = await inspected(join(models, 'x-coord_att-legacy-op17.onnx'), '--input', 'y=1x3x8x8');
  expect(text).toContain('this file’s inputs are');
});
