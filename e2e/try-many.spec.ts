// Many photos in Try: folders as classes with their answers one by one, and classes of one's own.
import { mkdirSync, mkdtempSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, open, openPreset, test } from './fixture.ts';
import { expectAnswer, giveCrops, openTry, pasteNet, tab } from './try-helpers.ts';

// onnxruntime's 14 MB of WebAssembly are compiled anew in every test.
test.describe.configure({ timeout: 180_000 });

test('a batch of folders: table, accuracy, confusion matrix, CSV', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'bottleneck-batch-'));
  const put = (label: string, photo: string, name: string): void => {
    mkdirSync(join(folder, label), { recursive: true });
    copyFileSync(`public/samples/${photo}.jpg`, join(folder, label, name));
  };
  put('espresso', 'espresso', 'a.jpg');
  put('Egyptian cat', 'espresso', 'wrong.jpg');
  writeFileSync(join(folder, 'espresso', 'broken.jpg'), 'x');
  await open(page);
  await openPreset(page, 'tf_efficientnet_lite0');
  const pane = await openTry(page);
  await tab(pane, 'Batch');
  await pane.getByLabel('Folder of photos').setInputFiles(folder);
  await expect(pane.getByText('50.0\u202f% (1 of 2)').first()).toBeVisible({ timeout: 60_000 });
  await expect(pane.getByText('is a text; a picture (JPEG, PNG or WebP) is needed here')).toBeVisible();
  const matrix = pane.getByRole('table', { name: /Confusion matrix/ });
  await expect(matrix.getByRole('row', { name: /^Egyptian cat/ })).toHaveText(/^Egyptian cat\s*1$/);
  // A row shows its photo beside it, and its five best answers below it; there is one place to drop things.
  await expect(pane.getByText('Choose a row to see its photo here.')).toBeVisible();
  await expect(pane.getByRole('row', { name: /a\.jpg/ }).locator('td.photo img')).toBeVisible();
  await pane.getByRole('button', { name: /\/espresso\/a\.jpg$/ }).click();
  await expect(pane.getByRole('img', { name: /\/espresso\/a\.jpg$/ })).toBeVisible();
  const best = pane.getByRole('list', { name: /^Best answers for .*a\.jpg$/ }).getByRole('listitem');
  await expect(best).toHaveCount(5);
  await expect(best.first()).toHaveText(/^espresso.*9[56]\.\d/);
  const download = page.waitForEvent('download');
  await pane.getByRole('button', { name: 'CSV' }).click();
  const csv = readFileSync(await (await download).path(), 'utf8');
  expect(csv).toMatch(/espresso\/a\.jpg,967,espresso,967,espresso,0\.9[56]/);
});

test('own classes from photos: at least 95 % of what was held out, saved as a file, opened again', async ({ page }) => {
  await open(page);
  await pasteNet(page, 'tf_efficientnet_lite0@96');
  const pane = await openTry(page);
  await tab(pane, 'Teach');
  await pane.getByRole('textbox', { name: 'Name of class 1' }).fill('my cat');
  await pane.getByRole('textbox', { name: 'Name of class 2' }).fill('my cup');
  await pane.getByRole('textbox', { name: 'Name of class 2' }).blur();
  const photos = pane.getByLabel('Sample photos');
  for (const [index, photo] of (['cat', 'espresso'] as const).entries()) {
    await pane
      .getByRole('button', { name: 'Photos…' })
      .nth(index)
      .evaluate((button) => {
        // The picker itself cannot be shown here; the button only says which class the photos are for.
        HTMLInputElement.prototype.click = () => undefined;
        (button as HTMLButtonElement).click();
      });
    await giveCrops(page, photos, photo, 20);
    await expect(pane.getByText('20 samples').nth(index)).toBeVisible({ timeout: 120_000 });
  }
  await pane.getByRole('button', { name: 'Delete sample 20 of my cat' }).click();
  await expect(pane.getByRole('list', { name: 'Samples of my cat' }).getByRole('button')).toHaveCount(19);
  await expect(pane.getByText('19 samples')).toBeVisible();
  await pane.getByRole('button', { name: 'Teach', exact: true }).click();
  const result = pane.getByRole('status').filter({ hasText: 'held-out samples' });
  await expect(result).toBeVisible({ timeout: 60_000 });
  await expect(result).toContainText(/Guessing gets 5\d\s%\.$/);
  const matrix = pane.getByRole('table', { name: /^Held-out samples/ });
  await expect(matrix.getByRole('row', { name: /^my cup/ })).toHaveText(/^my cup\s*4$/);
  expect(Number.parseFloat((await result.textContent()) ?? '')).toBeGreaterThanOrEqual(95);
  const download = page.waitForEvent('download');
  await pane.getByRole('button', { name: 'Save the head' }).click();
  const path = await (await download).path();
  await tab(pane, 'Answer');
  await pane.getByRole('button', { name: 'a cup of espresso' }).click();
  await expectAnswer(pane, /^my cup$/);
  await pane.getByRole('button', { name: 'Back to the net’s classes' }).click();
  // What the net takes so small a picture of it for.
  await expectAnswer(pane, /^(espresso|coffeepot)$/);
  await tab(pane, 'Teach');
  await pane
    .getByLabel('Head file')
    .setInputFiles({ name: 'head.safetensors', mimeType: 'application/octet-stream', buffer: readFileSync(path) });
  await tab(pane, 'Answer');
  await expectAnswer(pane, /^my cup$/);
});
