// A kernel edited in the page, and a net tuned there: what is wrong or slow is refused with the reason, what wins is kept from visit to visit.
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { encodeLink } from '../../src/graph/link/link.ts';
import { expect, open, test } from '../fixture.ts';

test.describe.configure({ timeout: 180_000 });
const SLOW_MS = 60_000;

const small = 'input 3x32x32\nconv k3 s2 c8\nmbconv k3 c8 e2\npool\nlinear c10\n';
const profile = (page: Page): Locator => page.getByRole('region', { name: 'Profile' });

/** The Kernels tab of the small net, measured. */
async function kernels(page: Page): Promise<Locator> {
  const pane = profile(page);
  await expect(pane.getByRole('button', { name: 'Measure again' })).toBeVisible({ timeout: SLOW_MS });
  await pane.getByRole('tab', { name: 'Kernels' }).click();
  await expect(pane.getByRole('listbox', { name: 'Dispatches' })).toBeVisible();
  return pane;
}

async function write(page: Page, pane: Locator, text: string): Promise<void> {
  await pane.getByRole('textbox', { name: /^WGSL of/ }).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

/** The same values, after some thousand loads. */
const slowed = (text: string): string =>
  text.replace(
    /fn main\([^{]*\{\n/,
    '$&  var most = 0.0;\n  for (var i = 0u; i < 9000u; i++) { most = max(most, in0[i % 256u].x); }\n  if (most > 1e30) { out0[0] = vec4f(most); }\n',
  );

test('an edited kernel is refused by element, by line and by time; a faster one is kept, and reverted in one click', async ({
  page,
}) => {
  await open(page, encodeLink({ name: 'small', text: small }));
  let pane = await kernels(page);
  await pane.getByRole('button', { name: 'Copy WGSL' }).click();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  await pane.getByRole('button', { name: 'Edit', exact: true }).click();
  const said = pane.getByRole('status').filter({ hasText: /Refused|Right/ });
  const check = pane.getByRole('button', { name: 'Check and time' });

  const tap = 'let tap = ky * 3u + kx;';
  expect(text).toContain(tap);
  await write(page, pane, text.replace(tap, 'let tap = ky * 3u + (kx + 1u) % 3u;'));
  await check.click();
  await expect(said).toContainText(/Refused: bn1\.act is wrong at y \d+, x \d+, channel \d+\./, { timeout: SLOW_MS });
  await expect(said).toContainText(/instead of .* random numbers, the worst of \d+ wrong elements of 2048/);

  const line = text.split('\n').findIndex((one) => one.includes(tap)) + 1;
  await write(page, pane, text.replace(tap, 'let tap = ky * 3u + kxx;'));
  await page.keyboard.press('Control+Enter');
  const place = pane.getByRole('button', { name: new RegExp(`^line ${line}, column \\d+: .*kxx`) });
  await expect(place).toBeVisible({ timeout: SLOW_MS });
  await expect(pane.locator('.cm-lintRange-error')).toHaveText('kxx');
  await place.click();
  await expect(pane.getByRole('textbox', { name: /^WGSL of/ })).toBeFocused();

  await write(page, pane, slowed(text));
  await check.click();
  await expect(said).toContainText('Right, but not faster: not kept.', { timeout: SLOW_MS });
  await expect(pane.getByText('edited, kept here')).toBeHidden();

  // As if the slow one had been kept on an earlier visit: the generated text beats it.
  const saving = page.waitForEvent('download');
  await pane.getByRole('button', { name: 'Save', exact: true }).click();
  const file = await saving;
  expect(file.suggestedFilename()).toBe('conv2d-quad.kernel.json');
  await page.evaluate(
    async (edit) => {
      const adapter = await navigator.gpu.requestAdapter();
      const { vendor, architecture, device, description } = adapter!.info;
      const key = [vendor, architecture, device, description, navigator.userAgent].join('/');
      await new Promise((resolve, reject) => {
        const request = indexedDB.open('bottleneck-device');
        request.onerror = reject;
        request.onupgradeneeded = () => request.result.createObjectStore('choices');
        request.onsuccess = () => {
          const put = request.result.transaction('choices', 'readwrite').objectStore('choices');
          put.put({ tunings: [], edits: [edit] }, key).onsuccess = resolve;
        };
      });
    },
    JSON.parse(readFileSync(await file.path(), 'utf8')) as unknown,
  );
  await page.reload();
  pane = await kernels(page);
  await expect(pane.getByText('edited, kept here')).toBeVisible();
  await expect(pane.getByRole('region', { name: /^WGSL of/ })).toContainText('var most = 0.0;');
  await pane.getByRole('button', { name: 'Edit', exact: true }).click();
  await write(page, pane, `${text}\n// by hand\n`);
  await pane.getByRole('button', { name: 'Check and time' }).click();
  await expect(said).toContainText('Right and faster: kept for this device.', { timeout: SLOW_MS });
  await expect(pane.getByRole('textbox', { name: /^WGSL of/ })).toContainText('// by hand');
  await expect(pane.getByRole('button', { name: 'Measure again' })).toBeVisible({ timeout: SLOW_MS });
  await pane.getByRole('button', { name: 'Revert' }).click();
  await expect(pane.getByText('edited, kept here')).toBeHidden({ timeout: SLOW_MS });
  // Nothing of it is in the link.
  expect(page.url()).not.toContain('hand');
});

test('tuning in the page: kept from visit to visit, so that nothing is timed a second time', async ({ page }) => {
  await open(page, encodeLink({ name: 'small', text: small }));
  let pane = await kernels(page);
  const tune = async (): Promise<string> => {
    await pane.getByRole('button', { name: 'Tune', exact: true }).click();
    await pane.getByRole('spinbutton', { name: 'Budget' }).fill('120');
    await pane.getByRole('button', { name: 'Tune this net' }).click();
    const said = pane.getByRole('status').filter({ hasText: 'timed now' });
    await expect(said).toBeVisible({ timeout: SLOW_MS });
    return said.innerText();
  };
  const first = /(\d+) steps? timed now, 0 known/.exec(await tune());
  expect(Number(first?.[1])).toBeGreaterThan(2);
  await page.reload();
  pane = await kernels(page);
  expect(await tune()).toContain(`0 steps timed now, ${first![1]} known from before.`);
});
