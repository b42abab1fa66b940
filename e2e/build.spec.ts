// A published net from an empty page, by keyboard alone and by dragging blocks: both end at the very net that the preset is.
import type { Locator, Page } from '@playwright/test';
import { expect, expectNet, netHash, open, runCommand, test } from './fixture.ts';

/** MobileNetV2-1.0 (arXiv 1801.04381), which is also the net that the page opens with. */
const lines = [
  'conv k3 s2 c32',
  'ds k3 c16',
  'mbconv x2 k3 s2 c24 e6',
  'mbconv x3 k3 s2 c32 e6',
  'mbconv x4 k3 s2 c64 e6',
  'mbconv x3 k3 c96 e6',
  'mbconv x3 k3 s2 c160 e6',
  'mbconv k3 c320 e6',
  'conv k1 c1280 fixbelow1',
  'pool',
  'linear c1000',
];

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let step = 0; step < 60; step++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  await expect(target).toBeFocused();
}

async function activationByKeyboard(page: Page): Promise<void> {
  await page.keyboard.press('1');
  await tabTo(page, page.getByRole('button', { name: /^Whole net/ }));
  await page.keyboard.press('Enter');
  const activation = page.getByRole('region', { name: 'Knobs of the whole net' }).getByLabel('activation');
  await activation.waitFor();
  await tabTo(page, activation);
  await page.keyboard.type('relu6');
  await expect(activation).toHaveValue('relu6');
}

const build = (page: Page): Locator => page.getByRole('region', { name: 'Build' });
const finder = (page: Page): Locator => page.getByRole('combobox', { name: 'Find a block' });

test('MobileNetV2 from empty by keyboard alone', async ({ page }) => {
  await open(page);
  const published = await netHash(page);
  await runCommand(page, 'New net from empty');
  await expect(build(page)).toContainText('An empty net');
  await expect(page.getByRole('region', { name: 'Profile' })).toContainText('Nothing to measure yet.');
  await expect(page.getByText('recorded on another machine')).toBeHidden();
  await page.keyboard.press('a');
  for (const [index, line] of lines.entries()) {
    await expect(finder(page)).toBeFocused();
    await page.keyboard.type(line);
    // With Shift the palette stays for the next line.
    await page.keyboard.press('Shift+Enter');
    await expect(build(page)).toContainText(`${index + 1} line${index > 0 ? 's' : ''}`);
  }
  await page.keyboard.press('Escape');
  await activationByKeyboard(page);
  await expectNet(page, published);
});

test('MobileNetV2 from empty by dragging blocks', async ({ page }) => {
  await open(page);
  const published = await netHash(page);
  await runCommand(page, 'New net from empty');
  await build(page).getByRole('button', { name: 'Add a stem' }).click();
  // The stem first; the others from the last one up, so that each goes to the gap below the stem.
  const [stem = '', ...others] = lines;
  for (const [index, line] of [stem, ...others.toReversed()].entries()) {
    await finder(page).fill(line);
    const option = page.getByRole('listbox', { name: 'Blocks to add' }).getByRole('option').first();
    await option.hover();
    await page.mouse.down();
    const rows = build(page).getByRole('listbox', { name: 'Blocks' }).getByRole('option');
    const target = index === 0 ? page.getByText('An empty net') : rows.first();
    const { x, y, width, height } = (await target.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(x + width / 2, y, { steps: 4 });
    await page.mouse.move(x + width / 2, y + height - 2, { steps: 4 });
    await page.mouse.up();
    await expect(build(page)).toContainText(`${index + 1} line${index > 0 ? 's' : ''}`);
  }
  await page.keyboard.press('Escape');
  await activationByKeyboard(page);
  await expectNet(page, published);
});
