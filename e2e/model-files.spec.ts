// Model files of other programs: dropped, they open as a graph with counts and weights; what cannot be run is listed, what is broken leaves the net.
import type { Page } from '@playwright/test';
import { encodeOnnx } from '../src/graph/formats/onnx/proto.ts';
import { expect, expectNet, netHash, open, openDialog, test } from './fixture.ts';
import { drop } from './give.ts';
import { exported, saved, written } from './model-file.ts';
import { answers, openTry } from './try-helpers.ts';

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
  // The text has the file's weights.
  await expect(await openTry(page)).toContainText('mine.onnx', { timeout: 30_000 });
});

test('a net is written as other files, each read back before it is offered', async ({ page }) => {
  await open(page);
  await drop(page, 'mine.onnx', exported().file);
  await expect(name(page)).toHaveValue('mine');
  await expect(build(page).getByRole('status', { name: 'Check of the layers' })).toContainText('Without WebGPU');
  await build(page).getByRole('button', { name: 'Compare with ONNX Runtime' }).click();
  const other = build(page).getByRole('status', { name: 'Comparison with ONNX Runtime' });
  await expect(other).toContainText('ONNX Runtime agrees', { timeout: 60_000 });
  const share = await openDialog(page, 'Share');
  await share.getByRole('tab', { name: 'Files' }).click();
  await share.getByLabel('Operator set').selectOption('13');
  await written(share, 'onnx', /read back and run, largest difference/);
  await saved(page, share, 'mine.onnx');
  await written(share, 'tflite', /read back and run, largest difference/);
  await saved(page, share, 'mine.tflite');
  // What stands alone runs on a GPU, or is not offered.
  await written(share, 'page', /could not be run/);
  await expect(share.getByRole('button', { name: /^Save/ })).toHaveCount(0);
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

test('the nodes of the file are found, folded and looked into', async ({ page }) => {
  await open(page);
  await drop(page, 'mine.onnx', exported().file);
  await expect(name(page)).toHaveValue('mine');
  await page.getByRole('button', { name: 'File', exact: true }).click();
  const view = page.getByRole('group', { name: 'Graph of the file' });
  await expect(page.getByRole('complementary', { name: 'The file' })).toContainText('Bottleneck');
  await page.getByLabel('Find a node of the file').fill('conv kernel_shape=3,3 1x16x32x32');
  await page.getByLabel('Find a node of the file').press('Enter');
  const panel = page.getByRole('complementary', { name: /^Node / });
  await expect(panel).toContainText('kernel_shape');
  await expect(panel).toContainText('float32[1, 16, 32, 32]');
  await panel.getByRole('button', { name: 'Values' }).first().click();
  await expect(panel.getByRole('img', { name: /^Values: / })).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    panel.getByRole('button', { name: 'Save .npy' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.npy$/);
  await page.getByRole('button', { name: 'Fold by name' }).click();
  await expect(page.getByRole('button', { name: 'Show every node' })).toBeEnabled();
  await expect(view).toBeVisible();
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
