// Nets that say more than classes on the fake camera and microphone: right answers a clip, nothing created from frame to frame, stages that sum up.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rmSync, writeFileSync } from 'node:fs';
import { findChromium } from '../../bin/chromium.mjs';
import { expect, longestTaskMs, test } from '../fixture.ts';
import { tone } from '../give.ts';
import { cameraFile, cameraFlags, memoryMiB, openTry, pasteNet, tryPane, useWebgpu } from '../try-helpers.ts';

test.describe.configure({ timeout: 900_000 });
const READY_MS = 240_000;

const video = await cameraFile('tasks', ['cat', 'rocket'], 2);
const sound = join(tmpdir(), `bottleneck-microphone-${process.pid}.wav`);
writeFileSync(sound, tone(2));
process.once('exit', () => rmSync(sound, { force: true }));

test.use({
  permissions: ['camera', 'microphone'],
  launchOptions: {
    executablePath: findChromium(),
    args: [
      '--no-sandbox',
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      ...cameraFlags(video),
      `--use-file-for-fake-audio-capture=${sound}`,
    ],
  },
});

const full = process.env['FULL'] !== undefined;
/** 1,000 in the long version of the tests; FRAMES says another number. */
const frames = Number(process.env['FRAMES'] ?? (full ? 1000 : 15));
/** A leak of one 320 × 240 frame a frame would come to 300 MiB in 1,000. */
const mostGrowthMiB = 48;

test('the camera and the microphone: a mask over the frame that it is of, a tone that is heard', async ({
  page,
  browser,
}) => {
  await page.goto('./?debug=objects');
  await pasteNet(page, 'deeplabv3_mobilenetv2_os8@97');
  await openTry(page, READY_MS);
  const pane = tryPane(page);
  await useWebgpu(pane, READY_MS);
  await pane.getByRole('button', { name: 'Camera', exact: true }).click();
  const answer = pane.getByTestId('answer');
  const rate = pane.getByTestId('rate');
  const answered = async (): Promise<number> => Number(await rate.getAttribute('data-frames'));
  await expect(answer.getByRole('button', { name: /^cat \d/ })).toBeVisible({ timeout: READY_MS });
  await expect(pane.getByTestId('frame')).toBeVisible();
  await expect(answer.getByRole('button', { name: /^cat \d/ })).toHaveCount(0, { timeout: 60_000 });
  // Counted every few frames.
  await expect(rate).toHaveAttribute('data-objects', /^\d+$/, { timeout: 60_000 });
  const first = await answered();
  const objects = await rate.getAttribute('data-objects');
  const before = await memoryMiB(browser);
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline', '__metadata'] });
  // Not `expect`: reading the names of all the page's elements while it polls takes more time there than the page itself.
  await page.evaluate(
    (last) =>
      new Promise<void>((resolve) => {
        let isCat = false;
        const watch = new MutationObserver(() => {
          const rows = document.querySelectorAll('[data-testid="answer"] button');
          isCat ||= [...rows].some(({ textContent }) => /^\s*cat\b/.test(textContent));
          const shown = document.querySelector<HTMLElement>('[data-testid="rate"]')?.dataset['frames'];
          if (!isCat || !(Number(shown) > last)) return;
          watch.disconnect();
          resolve();
        });
        watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
      }),
    first + frames,
  );
  expect(longestTaskMs(await browser.stopTracing()), 'longest task of the page, CPU ms').toBeLessThan(50);
  expect(await rate.getAttribute('data-objects')).toBe(objects);
  expect((await memoryMiB(browser)) - before).toBeLessThan(mostGrowthMiB);
  const bar = pane.getByRole('img', { name: /^Time of the answer: capture .+, decode .+, draw .+ in all$/ });
  const off = await bar.evaluate((element) => {
    const { sum, whole } = (element as HTMLElement).dataset;
    return Math.abs(Number(sum) - Number(whole)) / Number(whole);
  });
  expect(off, 'stages against the whole of a frame').toBeLessThan(0.05);
  await pane.getByRole('button', { name: 'Stop' }).click();
  await expect(pane.getByRole('img', { name: 'Last picture of the camera' })).toBeVisible();

  await pasteNet(page, 'yamnet');
  const microphone = pane.getByRole('button', { name: 'Microphone' });
  await expect(microphone).toBeEnabled({ timeout: READY_MS });
  await microphone.click();
  await expect(answer.getByRole('listitem').first()).toContainText(/Beep, bleep|Sine wave|Tuning fork/, {
    timeout: READY_MS,
  });
  await pane.getByRole('button', { name: 'Stop' }).click();
  await expect(microphone).toBeVisible();
});
