// The Quantize pane without an adapter: the integer reference calibrates, ranks, keeps layers in float, saves and loads; axe in both themes.
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { expand } from '../src/graph/blocks/expand.ts';
import { writeSafetensors, type TensorToWrite } from '../src/graph/formats/safetensors/write.ts';
import { readQuantized } from '../src/graph/quant/file.ts';
import { decodeLink } from '../src/graph/link/link.ts';
import { parse } from '../src/graph/notation/parse.ts';
import { graphParams } from '../src/graph/weights/weights.ts';
import { axeFindings, expect, open, openDialog, sidewaysScroll, test } from './fixture.ts';
import { paste } from './give.ts';

const small = 'input 3x32x32\nact relu6\n\nconv k3 s2 c8\nmbconv k3 c8 e4\nmbconv k3 s2 c16 e4\npool\nlinear c10\n';

/** A checkpoint with values of both signs; variances are positive. */
function weights(): Buffer {
  const { graph } = expand(parse(small).architecture, 'small');
  const tensors = new Map<string, TensorToWrite>();
  for (const { name, shape } of graphParams(graph!)) {
    const count = shape.reduce((product, length) => product * length, 1);
    const positive = name.endsWith('running_var');
    tensors.set(name, {
      shape,
      values: Float32Array.from({ length: count }, (_, i) => (positive ? 1 : Math.sin(7 * i + name.length))),
    });
  }
  return Buffer.from(writeSafetensors(tensors));
}

async function openQuantize(page: Page): Promise<Locator> {
  await page.getByRole('radiogroup', { name: 'Below the net' }).getByRole('radio', { name: 'Quantize' }).click();
  return page.getByRole('region', { name: 'Quantize', exact: true });
}

/** The small net with weights of its own, given in the pane. */
async function openSmall(page: Page): Promise<Locator> {
  await open(page);
  await paste(page, small);
  const pane = await openQuantize(page);
  await expect(pane.getByText('has no weights yet.')).toBeVisible();
  await pane
    .getByLabel('Choose a weights file')
    .setInputFiles({ name: 'small.safetensors', mimeType: 'application/octet-stream', buffer: weights() });
  await expect(pane.getByText('Not calibrated yet.')).toBeVisible();
  return pane;
}

const calibrators = (pane: Locator): Locator => pane.getByRole('region', { name: 'Calibrators' }).getByRole('row');

async function calibrate(pane: Locator): Promise<void> {
  await pane.getByRole('button', { name: 'Calibrate and compare' }).click();
  await expect(calibrators(pane)).toHaveCount(8, { timeout: 60_000 });
}

test('from pictures to a file and back: calibrators, layers, sensitivity, layers in float, verdict, link', async ({
  page,
}) => {
  const pane = await openSmall(page);
  await expect(pane.getByText('No WebGPU here.')).toBeVisible();
  await expect(pane.getByRole('button', { name: 'Save' })).toBeDisabled();
  await calibrate(pane);
  await expect(pane.getByRole('button', { name: 'Save' })).toBeEnabled();
  await expect(calibrators(pane).first()).toHaveText(/Calibrator.*Same answer.*Same five/);
  await expect(calibrators(pane).filter({ hasText: 'chosen' })).toHaveCount(1);
  await expect(pane.getByText('CPU reference')).toBeVisible();
  await pane.getByRole('combobox', { name: 'Tensor' }).selectOption('bn1.act');
  await expect(pane.getByRole('img', { name: /^bn1\.act: [\d,]+ values from 0 to .+ Maximum 0 to / })).toBeVisible();
  await pane.getByRole('radio', { name: 'Maximum' }).check();

  await pane.getByRole('tab', { name: 'Layers' }).click();
  await pane.getByRole('button', { name: 'Compare layers' }).click();
  await pane.getByRole('radio', { name: 'Table', exact: true }).click({ timeout: 60_000 });
  const noise = pane.getByRole('region', { name: 'noise by layer' }).getByRole('row').filter({ hasText: 'classifier' });
  await expect(noise).toHaveText(/int8\s*-?[\d.−]+\sdB/);
  const metric = page.getByRole('combobox', { name: 'Colour by' });
  await metric.selectOption('int8 noise');
  await expect(
    page
      .getByRole('region', { name: 'Net' })
      .locator('text', { hasText: /\d\sdB$/ })
      .first(),
  ).toBeVisible();

  await pane.getByRole('tab', { name: 'Sensitivity' }).click();
  await pane.getByRole('button', { name: 'Rank layers' }).click();
  const ranked = pane.getByRole('list', { name: 'Layers, the most sensitive first' }).getByRole('listitem');
  await expect(ranked.first()).toBeVisible({ timeout: 60_000 });
  const worst = await ranked.first().getByRole('button').textContent();
  await pane.getByRole('slider', { name: 'Worst layers kept in float' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(pane.getByText(`Keep one layer in float: ${worst}.`)).toBeVisible({ timeout: 60_000 });
  await expect(ranked.first()).toContainText('float');
  await pane.getByRole('spinbutton', { name: 'Until top-1 agreement is' }).fill('1');
  await pane.getByRole('button', { name: 'Find' }).click();
  await expect(pane.getByText(/hold the target of 1\.0\s%/)).toBeVisible({ timeout: 60_000 });
  await pane.getByRole('slider').focus();
  await page.keyboard.press('ArrowRight');
  await expect(pane.getByText(`Keep one layer in float: ${worst}.`)).toBeVisible({ timeout: 60_000 });

  await pane.getByRole('tab', { name: 'Verdict' }).click();
  await pane.getByRole('button', { name: 'Compare arithmetics' }).click();
  await expect(pane.getByText(/^No milliseconds: this browser gives the page no GPU/)).toBeVisible({ timeout: 60_000 });
  await expect(pane.getByRole('row').filter({ hasText: 'Top-1 agreement' })).toContainText('%');

  // Another mix leaves the figures in their place, as those of the mix before.
  await pane.getByRole('tab', { name: 'Sensitivity' }).click();
  await pane.getByRole('slider').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(pane.getByText('hold the target').or(pane.getByText(/^All \d+ layers in int8/))).toBeVisible();
  await pane.getByRole('tab', { name: 'Verdict' }).click();
  const stale = pane.getByRole('status').filter({ hasText: 'These figures are of' });
  await expect(stale).toHaveText(/1 layer in float; the recipe is Maximum, weights per channel now\./);
  await expect(pane.getByRole('row').filter({ hasText: 'Top-1 agreement' })).toBeVisible();
  await pane.getByRole('tab', { name: 'Sensitivity' }).click();
  await pane.getByRole('slider').focus();
  await page.keyboard.press('ArrowRight');
  await pane.getByRole('tab', { name: 'Verdict' }).click();
  await expect(stale).toHaveCount(0);

  const download = page.waitForEvent('download');
  await pane.getByRole('button', { name: 'Save' }).click();
  const saved = readFileSync(await (await download).path());
  const { net } = readQuantized(new Uint8Array(saved));
  expect(net.recipe).toEqual({ calibration: 'max', pictures: 3, perChannel: true, equalized: false, float: [worst] });

  const dialog = await openDialog(page, 'Share');
  const link = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
  const decoded = decodeLink(link.slice(link.indexOf('#') + 1));
  expect(decoded.ok && decoded.document.recipe).toEqual({
    calibration: 'max',
    perChannel: true,
    equalized: false,
    float: [worst],
  });
  await page.keyboard.press('Escape');

  await pane
    .getByLabel('Quantized file')
    .setInputFiles({ name: 'small.int8.safetensors', mimeType: 'application/octet-stream', buffer: saved });
  await expect(pane.getByText('small.int8.safetensors', { exact: true })).toBeVisible();
  await pane.getByRole('button', { name: 'Compare again' }).click({ timeout: 60_000 });
  await expect(pane.getByText(/^int8 is Maximum, weights per channel, 1 layer in float\./)).toBeVisible({
    timeout: 60_000,
  });
});

test('what is wrong is said: plain weights as a quantized file, photos that are none', async ({ page }) => {
  const pane = await openSmall(page);
  await pane
    .getByLabel('Quantized file')
    .setInputFiles({ name: 'plain.safetensors', mimeType: 'application/octet-stream', buffer: weights() });
  await expect(pane.getByRole('alert')).toContainText('This file holds plain weights, not a quantized net.');
  await pane.getByLabel('Photos', { exact: true }).setInputFiles([
    { name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture') },
    { name: 'cat.jpg', mimeType: 'image/jpeg', buffer: readFileSync('public/samples/cat.jpg') },
  ]);
  await calibrate(pane);
  await expect(pane.getByText('"broken.png" is a text; a picture (JPEG, PNG or WebP) is needed here.')).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test('nothing serious in the pane', async ({ page }) => {
      const pane = await openSmall(page);
      await calibrate(pane);
      expect.soft(await axeFindings(page), 'Calibrate').toEqual([]);
      await pane.getByRole('tab', { name: 'Sensitivity' }).click();
      await pane.getByRole('button', { name: 'Rank layers' }).click();
      await expect(pane.getByRole('slider')).toBeVisible({ timeout: 60_000 });
      expect.soft(await axeFindings(page), 'Sensitivity').toEqual([]);
      await pane.getByRole('tab', { name: 'Verdict' }).click();
      await pane.getByRole('button', { name: 'Compare arithmetics' }).click();
      await expect(pane.getByText(/^No milliseconds/)).toBeVisible({ timeout: 60_000 });
      expect.soft(await axeFindings(page), 'Verdict').toEqual([]);
      expect(await sidewaysScroll(page)).toBe(0);
    });
  });
}
