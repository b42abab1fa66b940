// The Try pane on a software adapter: answers, a camera that shows the sample photos, layers that equal the reference, and their check.
import { readFileSync } from 'node:fs';
import { findChromium } from '../../bin/chromium.mjs';
import { readPicture } from '../../src/cli/picture.ts';
import { parseEmbeddedModel } from '../../src/graph/weights/embedded.ts';
import { expand } from '../../src/graph/blocks/expand.ts';
import { readSafetensors } from '../../src/graph/formats/safetensors/read.ts';
import { preparationFor, preparePicture } from '../../src/graph/pictures/preprocess.ts';
import { resolvePreset } from '../../src/graph/presets/resolve.ts';
import { runReference } from '../../src/graph/ir/reference.ts';
import { loadWeights } from '../../src/graph/weights/weights.ts';
import { expect, open, test } from '../fixture.ts';
import {
  acceptable,
  answers,
  cameraFile,
  cameraFlags,
  expectAnswer,
  memoryMiB,
  openTry,
  pasteNet,
  tab,
  tryPane,
  useWebgpu,
} from '../try-helpers.ts';

// A software adapter compiles the net's shaders on cores that other work may share.
test.describe.configure({ timeout: 900_000 });
const READY_MS = 240_000;

const video = await cameraFile('clips', ['cat', 'espresso', 'rocket'], 6);
test.use({
  permissions: ['camera'],
  launchOptions: {
    executablePath: findChromium(),
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', ...cameraFlags(video)],
  },
});

/** A small picture keeps the software adapter quick; the weights are the same. */
const net = 'tf_efficientnet_lite0@128';
/** 1,000 in the long version of the tests. */
const frames = process.env['FULL'] ? 1000 : 120;
/** A leak of one 320 × 240 frame a frame would come to 300 MiB in 1,000. */
const mostGrowthMiB = 48;

/** Values of one node for a sample photo, from the CPU reference. */
async function referenceValues(
  photo: string,
  node: string,
): Promise<{ values: Float32Array; shape: readonly number[] }> {
  const preset = resolvePreset(net);
  if ('problem' in preset) throw new Error(preset.problem);
  const { graph } = expand(preset.architecture, net);
  const model = parseEmbeddedModel(readFileSync('public/models/tf_efficientnet_lite0.json', 'utf8'));
  const loaded = loadWeights(graph!, readSafetensors(readFileSync(`public/models/${model.file}`)).tensors);
  if (!('params' in loaded)) throw new Error('the embedded weights do not fit');
  const picture = await readPicture(`public/samples/${photo}.jpg`);
  const { size: _, ...preprocessing } = model.preprocessing!;
  const input = preparePicture(picture, preparationFor(preset.architecture.header.input, preprocessing));
  return {
    values: runReference(graph!, loaded.params, input, { keep: [node] }).get(node)!,
    shape: graph!.facts.get(node)!.shape,
  };
}

test('WebAssembly by itself where WebGPU is software, and said why; WebGPU by a click, on the GPU, kept over a reload', async ({
  page,
}) => {
  await open(page);
  await pasteNet(page, net);
  const pane = await openTry(page, READY_MS);
  const badge = pane.getByText('WebAssembly · faster than SwiftShader');
  await expect(badge).toHaveAttribute('title', /WebGPU has no graphics processor here/);
  // The file is named whole, or cut at its end.
  const named = pane.getByText('tf_efficientnet_lite0.safetensors', { exact: true });
  const [text, button] = await Promise.all([named.boundingBox(), named.locator('xpath=..').boundingBox()]);
  expect(text!.x).toBeGreaterThanOrEqual(button!.x);
  expect(text!.x + text!.width).toBeLessThanOrEqual(button!.x + button!.width);
  await pane.getByRole('button', { name: 'a cup of espresso' }).click();
  await expectAnswer(pane, acceptable.espresso, READY_MS);
  await expect(pane.getByText('resized on the CPU')).toBeVisible();
  await useWebgpu(pane, READY_MS);
  // The picture is answered anew, and stays.
  await expect(pane.getByText('resized on the GPU')).toBeVisible({ timeout: READY_MS });
  await expectAnswer(pane, acceptable.espresso, READY_MS);
  await page.reload();
  await openTry(page, READY_MS);
  await expect(pane.getByText('WebGPU · SwiftShader')).toBeVisible();
  await pane.getByRole('button', { name: 'Use WebAssembly' }).click();
  await expect(badge).toBeVisible({ timeout: READY_MS });
});

test('Stop turns the camera off and keeps its last picture with its answer', async ({ page }) => {
  await open(page);
  await pasteNet(page, net);
  const pane = await openTry(page, READY_MS);
  await pane.getByRole('button', { name: 'Camera', exact: true }).click();
  await expectAnswer(pane, acceptable.cat, READY_MS);
  await page.evaluate(() => {
    const [video] = document.querySelectorAll('video');
    (globalThis as { watched?: MediaStream }).watched = video?.srcObject as MediaStream;
  });
  await pane.getByRole('button', { name: 'Stop' }).click();
  expect(
    await page.evaluate(() =>
      (globalThis as { watched?: MediaStream }).watched?.getTracks().map((track) => track.readyState),
    ),
  ).toEqual(['ended']);
  await expect(pane.getByRole('img', { name: 'Last picture of the camera' })).toBeVisible();
  await expect(pane.getByText('320 × 240 px, resized on the CPU')).toBeVisible();
  const [first = ''] = await answers(pane);
  expect(
    Object.values(acceptable).some((label) => label.test(first)),
    first,
  ).toBe(true);
  // A photo like any other: its classes can be asked where they are.
  await pane.getByRole('listitem').getByRole('button').first().click();
  await expect(pane.locator('canvas.map')).toBeVisible({ timeout: 60_000 });
});

test('the camera: the right label for each clip, nothing created from frame to frame, off as soon as nobody looks', async ({
  page,
  browser,
}, info) => {
  await page.goto('./?debug=objects');
  await pasteNet(page, net);
  const pane = await openTry(page, READY_MS);
  await useWebgpu(pane, READY_MS);
  await pane.getByRole('button', { name: 'Camera', exact: true }).click();
  const rate = pane.getByTestId('rate');
  await expect(rate).toBeVisible({ timeout: READY_MS });
  const count = async (): Promise<number> => Number(await rate.getAttribute('data-frames'));
  const objects = async (): Promise<number> => Number(await rate.getAttribute('data-objects'));
  await expect.poll(count, { timeout: READY_MS }).toBeGreaterThan(5);
  await expect.poll(objects, { timeout: 60_000 }).toBeGreaterThan(0);
  // An answer that comes late shows the frame that it is about.
  await expect(pane.getByRole('figure')).toHaveText(/answered, \d+\.\d\ss old/, { timeout: 60_000 });
  const before = await objects();
  const seen = new Set<string>();
  await expect
    .poll(
      async () => {
        const [first] = await answers(pane);
        if (first) seen.add(first);
        const labels = [...seen];
        return Object.values(acceptable).every((label) => labels.some((one) => label.test(one)));
      },
      { timeout: READY_MS, intervals: [200] },
    )
    .toBe(true);
  // Every clip was seen: caches and pools have their size.
  const memoryBefore = await memoryMiB(browser);
  const [started, first] = [performance.now(), await count()];
  await expect.poll(count, { timeout: 550_000, intervals: [1000] }).toBeGreaterThan(first + frames);
  const [seconds, last] = [(performance.now() - started) / 1000, await count()];
  expect(await objects()).toBe(before);
  const memory = await memoryMiB(browser);
  const description = `${last - first} frames in ${seconds.toFixed(0)} s, ${before} GPU objects, ${memoryBefore.toFixed(0)} → ${memory.toFixed(0)} MiB`;
  info.annotations.push({ type: 'measured', description });
  expect(memory - memoryBefore, description).toBeLessThan(mostGrowthMiB);
  await expect(rate).toContainText(/frames\/s.*latency/);

  await pane.getByRole('button', { name: 'Pause' }).click();
  await expect(pane.getByText('resized on the GPU')).toBeVisible();
  await pane.getByRole('button', { name: 'Pause' }).click();
  const tracks = (): Promise<string[]> =>
    page.evaluate(() =>
      [...document.querySelectorAll('video')].flatMap(
        (video) => (video.srcObject as MediaStream | null)?.getTracks().map((track) => track.readyState) ?? [],
      ),
    );
  expect(await tracks()).toEqual(['live']);
  await page.evaluate(() => {
    const [video] = document.querySelectorAll('video');
    (globalThis as { watched?: MediaStream }).watched = video?.srcObject as MediaStream;
  });
  await page.getByRole('radiogroup', { name: 'Below the net' }).getByRole('radio', { name: 'Profile' }).click();
  await expect
    .poll(() =>
      page.evaluate(() =>
        (globalThis as { watched?: MediaStream }).watched?.getTracks().map((track) => track.readyState),
      ),
    )
    .toEqual(['ended']);
});

test('feature maps are the layer’s own values', async ({ page }) => {
  await open(page);
  await pasteNet(page, net);
  const pane = await openTry(page, READY_MS);
  await useWebgpu(pane, READY_MS);
  await pane.getByRole('button', { name: 'a tabby cat' }).click();
  await expectAnswer(pane, acceptable.cat, READY_MS);
  await tab(pane, 'Inside');
  const node = 'blocks.2.0.conv_dw';
  await pane.getByRole('combobox', { name: 'Layer' }).selectOption(node);
  await expect(pane.getByRole('list', { name: `Channels of ${node}` })).toBeVisible({ timeout: READY_MS });
  await pane.getByRole('button', { name: /^5$/ }).click();
  const large = pane.locator('figure canvas');
  const { values, shape } = await referenceValues('cat', node);
  const [, height, width, channels] = shape as [number, number, number, number];
  for (const [row, column] of [
    [0, 0],
    [3, 7],
    [height - 1, width - 1],
  ] as const) {
    await large.scrollIntoViewIfNeeded();
    const box = (await large.boundingBox())!;
    const position = { x: ((column + 0.5) / width) * box.width, y: ((row + 0.5) / height) * box.height };
    await large.hover({ position });
    const text = (await pane.getByTestId('value').textContent({ timeout: 30_000 })) ?? '';
    const expected = values[(row * width + column) * channels + 5]!;
    expect(Number(text.replace('−', '-').replace('e−', 'e-'))).toBeCloseTo(expected, 2);
  }
});

test('the check: every layer of a sound net agrees', async ({ page }) => {
  await open(page);
  await pasteNet(page, net);
  const pane = await openTry(page, READY_MS);
  await pane.getByRole('button', { name: 'a tabby cat' }).click();
  await expectAnswer(pane, acceptable.cat, READY_MS);
  await tab(pane, 'Inside');
  await pane.getByRole('radio', { name: 'Check', exact: true }).click();
  await expect(pane.getByText('Layers are checked in WebGPU, and this net runs in WebAssembly.')).toBeVisible();
  await pane.locator('.check').getByRole('button', { name: 'Use WebGPU' }).click();
  await expect(pane.getByText('WebGPU · SwiftShader')).toBeVisible({ timeout: READY_MS });
  await pane.getByRole('button', { name: 'Check every layer' }).click({ timeout: READY_MS });
  await expect(pane.getByText(/^All \d+ stored values agree\./)).toBeVisible({ timeout: READY_MS });
  await expect(tryPane(page).getByRole('row').filter({ hasText: 'classifier' })).toBeVisible();
});
