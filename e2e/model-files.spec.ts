// Model files of other programs: dropped, they open as a graph with counts and weights; what cannot be run is listed, what is broken leaves the net.
import type { Page } from '@playwright/test';
import { expand } from '../src/graph/blocks/expand.ts';
import { exportOnnx } from '../src/graph/formats/onnx/export.ts';
import { encodeOnnx } from '../src/graph/formats/onnx/proto.ts';
import { generateTensor } from '../src/graph/inspect/golden.ts';
import { netHash as hashOf } from '../src/graph/link/link.ts';
import { canonical } from '../src/graph/notation/canonical.ts';
import { resolvePreset } from '../src/graph/presets/resolve.ts';
import { graphParams } from '../src/graph/weights/weights.ts';
import { expect, expectNet, netHash, open, openDialog, test } from './fixture.ts';
import { drop } from './give.ts';
import { answers, openTry } from './try-helpers.ts';

const preset = 'mobilenetv2_050@64';

/** The preset's hash, and our own export of it with made-up weights. */
function exported(): { file: Buffer; hash: string } {
  const found = resolvePreset(preset);
  if ('problem' in found) throw new Error(found.problem);
  const { graph } = expand(found.architecture, 'net');
  if (!graph) throw new Error('the preset makes no graph');
  const params = new Map(
    graphParams(graph).map(({ name, shape }) => [name, generateTensor('model file', name, shape)]),
  );
  return { file: Buffer.from(exportOnnx(graph, params)), hash: hashOf(canonical(found.architecture)) };
}

const name = (page: Page) => page.getByRole('textbox', { name: 'Name of the net' });
const build = (page: Page) => page.getByRole('region', { name: 'Build' });
const params = (page: Page) => page.getByRole('banner').getByText('1.97 M', { exact: true });

test('a dropped ONNX file opens read only, with counts, and converts to the text that it is', async ({ page }) => {
  const { file, hash } = exported();
  await open(page);
  const before = await netHash(page);
  await drop(page, 'mine.onnx', file);
  await expect(name(page)).toHaveValue('mine');
  await expect(params(page)).toBeVisible();
  await expect(build(page)).toContainText('Read only');
  await expect(page.getByRole('group', { name: 'Graph of the net' }).getByRole('button').first()).toBeVisible();
  await expect(build(page).getByRole('list', { name: 'Blocks of the file' })).toContainText('blocks.1.0');

  const share = await openDialog(page, 'Share');
  await expect(share).toContainText('is a model file, which no link can hold');
  await page.keyboard.press('Escape');
  expect(new URL(page.url()).hash).toBe('');

  await page.keyboard.press('Control+z');
  await expectNet(page, before);
  await page.keyboard.press('Control+Shift+z');
  await expect(name(page)).toHaveValue('mine');
  await build(page).getByRole('button', { name: 'Convert to notation' }).click({ timeout: 30_000 });
  await expectNet(page, hash);
  await expect(params(page)).toBeVisible();
});

test('after a reload the text from before the file is there', async ({ page }) => {
  await open(page);
  const before = await netHash(page);
  await drop(page, 'mine.onnx', exported().file);
  await expect(name(page)).toHaveValue('mine');
  // The history is written a moment after the last step.
  await page.waitForTimeout(600);
  await page.reload();
  await expectNet(page, before);
});

test('Try answers with the weights of the file', async ({ page }) => {
  await open(page);
  await drop(page, 'mine.onnx', exported().file);
  await expect(name(page)).toHaveValue('mine');
  const pane = await openTry(page);
  await pane.getByRole('button', { name: 'a cup of espresso' }).click();
  await expect.poll(() => answers(pane)).toHaveLength(5);
});

test('nodes without an operator are listed, and the file opens all the same', async ({ page }) => {
  const file = encodeOnnx({
    name: 'half',
    opset: 17,
    inputs: [{ name: 'x', shape: [1, 3, 8, 8] }],
    outputs: [{ name: 'z', shape: [1, 3, 8, 8] }],
    nodes: [
      { op: 'Relu', name: 'head.0.act', inputs: ['x'], outputs: ['y'] },
      { op: 'Frobnicate', name: 'head.1.odd', inputs: ['y'], outputs: ['z'] },
    ],
    initializers: [],
  });
  await open(page);
  await drop(page, 'half.onnx', Buffer.from(file));
  await expect(name(page)).toHaveValue('half');
  const unknown = build(page).getByRole('region', { name: 'Nodes without an operator here' });
  await expect(unknown).toContainText('1 node of 2');
  await expect(unknown).toContainText('Frobnicate: 1 node');
  await expect(page.getByRole('group', { name: 'Graph of the net' }).getByRole('button')).toHaveCount(2);
});

test('a broken model file is named, and the net stays', async ({ page }) => {
  await open(page);
  const before = await netHash(page);
  const { file } = exported();
  await drop(page, 'cut.onnx', file.subarray(0, 5000));
  await expect(page.getByRole('alert')).toContainText('"cut.onnx" cannot be opened.');
  expect(await netHash(page)).toBe(before);
});
