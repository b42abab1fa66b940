// The second visit works without a network.
import { acceptable, expectAnswer, openTry } from './try-helpers.ts';
import { expect, netHash, open, openDialog, test } from './fixture.ts';

test.use({ serviceWorkers: 'allow' });

test('offline after the first visit, lazy parts included', async ({ page, context }) => {
  await open(page);
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    if (!registration.active) throw new Error('no active service worker');
  });
  const hash = await netHash(page);
  await context.setOffline(true);
  await page.reload();
  expect(await netHash(page)).toBe(hash);
  const dialog = await openDialog(page, 'Presets');
  await expect(dialog.getByRole('table')).toBeVisible();
  expect(await page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  // Weights are fetched when they are asked for, not beforehand.
  const cached = await page.evaluate(async () => {
    const names = await caches.keys();
    const keys = await Promise.all(
      names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)),
    );
    return keys.flat();
  });
  expect(cached.filter((url) => url.includes('/models/'))).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('radiogroup', { name: 'Below the net' }).getByRole('radio', { name: 'Try' }).click();
  await expect(page.getByText(/comes with the first use of Try, and this browser is offline/).first()).toBeVisible();
});

test('what Try used on the first visit is there offline, before the page’s worker saw a request', async ({
  page,
  context,
}) => {
  await open(page);
  const pane = await openTry(page);
  await pane.getByRole('button', { name: /cat/i }).first().click();
  await expectAnswer(pane, acceptable.cat);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
  await context.setOffline(true);
  await page.reload();
  const again = await openTry(page);
  await again.getByRole('button', { name: /cat/i }).first().click();
  await expectAnswer(again, acceptable.cat);
});
