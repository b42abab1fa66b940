// The first second: a complete net is on the screen before anything else is fetched.
import { expect, netHash, test } from '../fixture.ts';

test('a working net within 1.5 s of a cold start', async ({ browser, baseURL, watch }) => {
  const times: number[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    const context = await browser.newContext({ baseURL });
    await watch.add(context);
    const page = await context.newPage();
    await page.goto('./', { waitUntil: 'commit' });
    await expect(page.getByRole('banner').getByText('3.50')).toBeVisible();
    await expect(
      page.getByRole('region', { name: 'Net' }).locator('svg text', { hasText: 'mbconv' }).first(),
    ).toBeVisible();
    times.push(await page.evaluate(() => performance.getEntriesByName('first-net')[0]?.startTime ?? Infinity));
    await context.close();
  }
  // Other work on the machine can only make it slower, so the best of three says what the page needs.
  expect(Math.min(...times), `ms: ${times.map(Math.round).join(', ')}`).toBeLessThan(1500);
});

test('name, counts and title are those of MobileNetV2', async ({ page }) => {
  await page.goto('./');
  await expect(page).toHaveTitle('mobilenetv2_100 – Bottleneck');
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('mobilenetv2_100');
  await expect(page.getByTitle('3,504,872 trainable parameters')).toBeVisible();
  await expect(page.getByTitle(/^300,774,272 multiply-accumulates/)).toBeVisible();
  expect(await netHash(page)).toMatch(/^[0-9a-f]{16}$/);
  // Nothing was edited, so the address is still clean.
  expect(new URL(page.url()).hash).toBe('');
});

test('the theme is the stored one before the first paint', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.addInitScript(() => localStorage.setItem('theme', 'dark'));
  await page.goto('./', { waitUntil: 'commit' });
  // The body cannot have been painted before it exists, and by then the theme is set.
  const theme = await page.waitForFunction(
    () => document.body && (document.documentElement.dataset['theme'] ?? 'none'),
  );
  expect(await theme.jsonValue()).toBe('dark');
  await expect(page.getByRole('banner')).toBeVisible();
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark');
  await page.getByRole('button', { name: 'Theme: dark' }).click();
  await expect(page.locator('html')).not.toHaveAttribute('data-theme');
});
