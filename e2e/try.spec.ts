// The Try pane without an adapter: right answers from WebAssembly, weights from files and from the hub, all in the page.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, expectNet, longestTaskMs, netHash, open, openPreset, test } from './fixture.ts';
import { drop, paste } from './give.ts';
import { largePng } from './large-png.ts';
import { acceptable, answers, expectAnswer, openTry, tryPane } from './try-helpers.ts';

// onnxruntime's 14 MB of WebAssembly are compiled anew in every test.
test.describe.configure({ timeout: 180_000 });

test('the first visit: the net whose weights ship is opened as one step, and a sample is named, in WebAssembly and said so', async ({
  page,
}) => {
  await open(page);
  const before = await netHash(page);
  // The notice goes by itself after some seconds: it is waited for from the start.
  const said = expect(
    page
      .getByRole('status')
      .filter({ hasText: 'EfficientNet-Lite0 was opened, whose weights ship with the page. Undo leads back.' }),
  ).toBeVisible({ timeout: 30_000 });
  const pane = await openTry(page);
  await said;
  await expect(pane.getByText('WebAssembly')).toHaveAttribute('title', /onnxruntime-web: .*WebGPU/);
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('tf_efficientnet_lite0');
  await pane.getByRole('button', { name: 'a cup of espresso' }).click();
  await expectAnswer(pane, acceptable.espresso);
  const shares = await pane.getByRole('listitem').locator('.share').allTextContents();
  // What the command line gives for the same photo, weights and preparation: 0.9564.
  expect(shares[0]).toBe('95.6\u202f%');
  expect(await answers(pane)).toHaveLength(5);
  await expect(pane.getByText('resized on the CPU')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expectNet(page, before);
});

test('a photo that is dropped or pasted anywhere is classified; one that is none gets a sentence', async ({ page }) => {
  await open(page);
  await openPreset(page, 'tf_efficientnet_lite0');
  await drop(page, 'my cat.jpg', readFileSync('public/samples/cat.jpg'));
  const pane = tryPane(page);
  await expectAnswer(pane, acceptable.cat, 120_000);
  await expect(pane.getByRole('img', { name: 'my cat.jpg' })).toBeVisible();
  const whole = readFileSync('public/samples/cat.jpg');
  await drop(page, 'broken.jpg', whole.subarray(0, whole.length / 2));
  await expect(pane.getByRole('alert')).toHaveText(
    '"broken.jpg" is cut short: its end is missing. Copy or download it again.',
  );
  // What it is decides, not what it is called.
  await drop(page, 'lost bytes.png', Buffer.concat([whole.subarray(0, 9000), whole.subarray(9900)]));
  await expect(pane.getByRole('alert')).toContainText('"lost bytes.png" cannot be decoded as JPEG:');
  await drop(page, 'empty.jpg', Buffer.alloc(0));
  await expect(page.getByText('"empty.jpg" is empty (0 bytes); the download or the copy did not work')).toBeVisible();
});

test('a picture of 64 megapixels: its size and Cancel while it is decoded, and the page stays smooth', async ({
  page,
  browser,
}) => {
  await open(page);
  await openPreset(page, 'tf_efficientnet_lite0');
  const pane = await openTry(page);
  await pane.getByRole('button', { name: 'a tabby cat' }).click();
  await expectAnswer(pane, acceptable.cat);
  // From the disk: bytes that a test hands over itself are work of the page's main thread.
  const folder = mkdtempSync(join(tmpdir(), 'bottleneck-large-'));
  const path = join(folder, 'large.png');
  writeFileSync(path, largePng(8000, 8000));
  const choose = (): Promise<void> => pane.getByLabel('Choose a photo').setInputFiles(path);
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline', '__metadata'] });
  await choose();
  const said = pane.getByRole('status').filter({ hasText: 'Decoding large.png, 8000 × 8000 px (64.0 megapixels)…' });
  await expect(said).toBeVisible();
  // From the click until the page says so no more, as the page itself sees it.
  const cancelled = await pane.getByRole('button', { name: 'Cancel' }).evaluate(
    (button) =>
      new Promise<number>((resolve) => {
        const started = performance.now();
        (button as HTMLButtonElement).click();
        const look = (): void => {
          if (button.isConnected) setTimeout(look);
          else resolve(performance.now() - started);
        };
        look();
      }),
  );
  expect(cancelled).toBeLessThan(100);
  // The picture before stays with its answer.
  await expect(pane.getByRole('img', { name: 'cat.jpg' })).toBeVisible();
  await expectAnswer(pane, acceptable.cat);
  await choose();
  await expect(pane.getByRole('img', { name: 'large.png' })).toBeVisible({ timeout: 120_000 });
  await expect(pane.getByText('8000 × 8000 px, resized on the CPU')).toBeVisible({ timeout: 120_000 });
  expect(longestTaskMs(await browser.stopTracing()), 'longest task of the page, CPU ms').toBeLessThan(100);
  rmSync(folder, { recursive: true });
});

test('preparation: the checkpoint’s own at first, changed to see what it does, and back', async ({ page }) => {
  await open(page);
  await openPreset(page, 'tf_efficientnet_lite0');
  const pane = await openTry(page);
  await pane.getByRole('button', { name: 'a rocket on its launch' }).click();
  await expectAnswer(pane, acceptable.rocket);
  await expect(pane.getByText('640 × 427 → 383 × 256, bicubic → centre 224 × 224')).toBeVisible();
  const first = await pane.getByRole('listitem').locator('.share').first().textContent();
  await pane.getByText('Preparation').click();
  await pane.getByRole('spinbutton', { name: 'Crop' }).fill('0.5');
  await page.keyboard.press('Enter');
  await expect(pane.getByText('changed')).toBeVisible();
  await expect(pane.getByRole('listitem').locator('.share').first()).not.toHaveText(first ?? '', { timeout: 30_000 });
  await pane.getByRole('button', { name: 'Back to the checkpoint’s own' }).click();
  await expect(pane.getByRole('listitem').locator('.share').first()).toHaveText(first ?? '', { timeout: 30_000 });
});

test('the class map shows where; choosing the class again takes it away', async ({ page }) => {
  await open(page);
  await openPreset(page, 'tf_efficientnet_lite0');
  const pane = await openTry(page);
  await pane.getByRole('button', { name: 'a cup of espresso' }).click();
  await expectAnswer(pane, acceptable.espresso);
  await pane.getByRole('button', { name: /^espresso/ }).click();
  await expect(pane.locator('canvas.map')).toBeVisible({ timeout: 60_000 });
  await pane.getByRole('button', { name: /^espresso/ }).click();
  await expect(pane.locator('canvas.map')).toHaveCount(0);
});

test('undo leads back to a net of one’s own, of which nobody says that weights do not fit', async ({ page }) => {
  await open(page);
  await paste(page, 'conv k3 s2 c16\nmbconv k3 s2 c24 e3\npool\nlinear c10\n');
  await openTry(page);
  await page.keyboard.press('Control+z');
  const pane = tryPane(page);
  await expect(pane.getByText('pasted net has no weights yet.')).toBeVisible();
  await expect(pane.getByText('holds weights of another net')).toBeHidden();
});
