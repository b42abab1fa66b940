// Weights of the user's own and published ones: dropped, described by a config.json, recognised, fetched on a click.
import { createHash } from 'node:crypto';
import { expand } from '../src/graph/blocks/expand.ts';
import { writeSafetensors, type TensorToWrite } from '../src/graph/formats/safetensors/write.ts';
import { parse } from '../src/graph/notation/parse.ts';
import { resolvePreset } from '../src/graph/presets/resolve.ts';
import { graphParams } from '../src/graph/weights/weights.ts';
import { expect, open, openPreset, test } from './fixture.ts';
import { drop, dropAll, paste } from './give.ts';
import { expectAnswer, openTry, tab, tryPane } from './try-helpers.ts';

// onnxruntime's 14 MB of WebAssembly are compiled anew in every test.
test.describe.configure({ timeout: 180_000 });

/** A checkpoint of one value a tensor for a net, with changes. */
function weightsFor(text: string, change: (tensors: Map<string, TensorToWrite>) => void = () => undefined): Buffer {
  const { graph } = expand(parse(text).architecture, 'net');
  const tensors = new Map<string, TensorToWrite>();
  for (const { name, shape } of graphParams(graph!)) {
    const count = shape.reduce((product, length) => product * length, 1);
    tensors.set(name, { shape, values: Float32Array.from({ length: count }, (_, i) => ((i % 13) + 1) / 50) });
  }
  change(tensors);
  return Buffer.from(writeSafetensors(tensors));
}
const small = 'input 3x32x32\n\nconv k3 s2 c8\nmbconv k3 c8 e2\npool\nlinear c10\n';

test('weights by drop: another net’s are listed and not loaded; a damaged file is refused; the net’s own answer', async ({
  page,
}) => {
  await open(page);
  await paste(page, small);
  await drop(page, 'other.safetensors', weightsFor(small.replace('c10', 'c12')));
  const pane = tryPane(page);
  const alert = pane.getByRole('alert');
  await expect(alert).toContainText('other.safetensors holds weights of another net', { timeout: 60_000 });
  await expect(alert).toContainText('classifier.weight is [12, 8], the net needs [10, 8]');
  const damaged = weightsFor(small);
  await drop(page, 'damaged.safetensors', damaged.subarray(0, damaged.length - 7));
  await expect(alert).toContainText('after the end of the file');
  await drop(page, 'own.safetensors', damaged);
  await expect(pane.getByText('WebAssembly')).toBeVisible({ timeout: 60_000 });
  await pane.getByRole('button', { name: 'a tabby cat' }).click();
  // A small net's classes have no names, and none are made up.
  await expectAnswer(pane, /^class \d$/);
  await expect(pane.getByText('The weights do not say what their classes are.')).toBeVisible();
  await tab(pane, 'Weights');
  await expect(pane.getByRole('definition').filter({ hasText: 'own.safetensors' })).toBeVisible();
  await expect(pane.getByTitle(createHash('sha256').update(damaged).digest('hex'))).toBeVisible();
});

test('a config.json that comes with weights, or after them, says how pictures are prepared and what classes are called', async ({
  page,
}) => {
  await open(page);
  await paste(page, small);
  const labels = Array.from({ length: 10 }, (_, i) => `kind ${i}`);
  const config = (mean: number): string =>
    JSON.stringify({
      architecture: 'my_net',
      num_classes: 10,
      label_names: labels,
      pretrained_cfg: { mean: [mean, mean, mean], std: [0.25, 0.25, 0.25], crop_pct: 0.9, interpolation: 'bilinear' },
    });
  // Alone it has nothing to describe.
  await drop(page, 'config.json', config(0.25));
  await expect(page.getByText('drop both together')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('pasted net');
  await dropAll(page, [
    ['config.json', config(0.25)],
    ['own.safetensors', weightsFor(small)],
  ]);
  const pane = tryPane(page);
  await expect(pane.getByText('own.safetensors')).toBeVisible({ timeout: 60_000 });
  await expect(pane.getByText('WebAssembly')).toBeVisible({ timeout: 60_000 });
  await tab(pane, 'Answer');
  await pane.getByRole('button', { name: 'a tabby cat' }).click();
  await expectAnswer(pane, /^kind \d$/);
  await expect(pane.getByText(/, bilinear → centre 32 × 32/)).toBeVisible();
  await tab(pane, 'Weights');
  await expect(pane.getByText('The preparation of pictures is that of the config beside the weights.')).toBeVisible();
  await drop(page, 'config.json', config(0.75));
  await pane.getByRole('tab', { name: 'Answer' }).click();
  await pane.getByText('Preparation', { exact: true }).click();
  await expect(pane.getByRole('spinbutton', { name: 'mean of red' })).toHaveValue('0.75');
});

test('a weights file of a net that is known offers to open it (M17)', async ({ page }) => {
  await open(page);
  await paste(page, small);
  const known = resolvePreset('mobilenetv3_small_050');
  if ('problem' in known) throw new Error(known.problem);
  await drop(page, 'checkpoint.safetensors', weightsFor(known.text));
  const pane = tryPane(page);
  const offer = pane.getByRole('alert').getByRole('button', { name: 'Open mobilenetv3_small_050 with this file' });
  await expect(offer).toBeVisible({ timeout: 60_000 });
  await offer.click();
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('mobilenetv3_small_050');
  await expect(pane.getByText('WebAssembly')).toBeVisible({ timeout: 60_000 });
  await tab(pane, 'Weights');
  await expect(
    pane.getByText('The preparation of pictures is that of timm/mobilenetv3_small_050.lamb_in1k.'),
  ).toBeVisible();
});

test('published weights: size and licence first, fetched on a click, kept, used again, deleted', async ({
  page,
  watch,
}) => {
  // What the hub would answer comes from this test; no request leaves the machine.
  watch.allow(/^request: https:\/\/huggingface\.co\//);
  const preset = resolvePreset('mobilenetv3_small_050');
  if ('problem' in preset) throw new Error(preset.problem);
  const file = weightsFor(preset.text);
  const sha256 = createHash('sha256').update(file).digest('hex');
  const asked: string[] = [];
  let broken = true;
  await page.context().route('https://huggingface.co/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    asked.push(pathname);
    const headers = { 'access-control-allow-origin': '*' };
    if (pathname.startsWith('/api/')) {
      const siblings = [{ rfilename: 'model.safetensors', size: file.length, lfs: { sha256 } }];
      await route.fulfill({ headers, json: { sha: 'c'.repeat(40), siblings, cardData: { license: 'apache-2.0' } } });
    } else await route.fulfill({ headers, body: broken ? Buffer.from(file).fill(1, 5000, 5100) : file });
  });
  await open(page);
  await openPreset(page, 'mobilenetv3_small_050');
  await page.getByRole('radiogroup', { name: 'Below the net' }).getByRole('radio', { name: 'Try' }).click();
  // The first visit opens the net that has weights; undo leads back to the one asked for.
  const pane = tryPane(page);
  await expect(pane.getByText('WebAssembly')).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press('Control+z');
  await expect(pane.getByText('mobilenetv3_small_050 has no weights yet.')).toBeVisible();
  expect(asked).toEqual([]);
  await pane.getByRole('button', { name: 'Load published weights…' }).click();
  await expect(pane.getByText('apache-2.0')).toBeVisible();
  await expect(pane.getByText(`${sha256.slice(0, 16)}…, checked after the download`)).toBeVisible();
  expect(asked).toHaveLength(1);
  await pane.getByRole('button', { name: /^Download/ }).click();
  await expect(pane.getByRole('alert')).toContainText('not the one the hub describes');
  broken = false;
  await pane.getByRole('button', { name: 'Go on' }).click();
  await expect(pane.getByText('WebAssembly')).toBeVisible({ timeout: 60_000 });
  expect(asked.at(-1)).toBe(`/timm/mobilenetv3_small_050.lamb_in1k/resolve/${'c'.repeat(40)}/model.safetensors`);
  await pane.getByRole('button', { name: 'a tabby cat' }).click();
  await expect(pane.getByRole('listitem').locator('.label').first()).toHaveText(/.+/, { timeout: 60_000 });
  await tab(pane, 'Weights');
  await expect(pane.getByText('timm/mobilenetv3_small_050.lamb_in1k at ccccccc, Hugging Face hub')).toBeVisible();
  await page.reload();
  const count = asked.length;
  const again = await openTry(page);
  await expect(again.getByRole('button', { name: 'timm/mobilenetv3_small_050.lamb_in1k' })).toBeVisible();
  await tab(again, 'Weights');
  await again.getByRole('button', { name: 'Delete timm/mobilenetv3_small_050.lamb_in1k' }).click();
  await expect(again.getByText('Kept in this browser')).toHaveCount(0);
  expect(asked).toHaveLength(count);
});

test('a detector is no classifier: no other net takes its place, and what it is for is said', async ({ page }) => {
  await open(page);
  await openPreset(page, 'ssdlite_mobilenetv2');
  await page.getByRole('radiogroup', { name: 'Below the net' }).getByRole('radio', { name: 'Try' }).click();
  const pane = tryPane(page);
  await expect(pane).toContainText('ssdlite_mobilenetv2 has no weights yet. It finds objects:');
  await pane.getByRole('button', { name: 'Made-up weights' }).click();
  await expect(pane.getByText('WebAssembly')).toBeVisible({ timeout: 60_000 });
  await pane.getByRole('button', { name: 'a tabby cat' }).click();
  await expect(pane).toContainText('These weights are random numbers, so the answer means nothing', {
    timeout: 60_000,
  });
  await expect(pane.getByRole('tab').first()).toHaveText('Detect');
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('ssdlite_mobilenetv2');
});
