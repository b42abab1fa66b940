// Pictures of every pane and dialog for people to look at: test-results/screens, on a phone and, with FULL=1, in both themes.
import type { Page } from '@playwright/test';
import { expect, open, openDialog, test } from './fixture.ts';

const screens: readonly { name: string; go: (page: Page) => Promise<unknown> }[] = [
  { name: 'page', go: () => Promise.resolve() },
  { name: 'presets', go: (page) => openDialog(page, 'Presets') },
  { name: 'share', go: (page) => openDialog(page, 'Share') },
  {
    name: 'share-code',
    go: async (page) => (await openDialog(page, 'Share')).getByRole('tab', { name: 'PyTorch' }).click(),
  },
  { name: 'palette', go: (page) => openDialog(page, 'All commands') },
  { name: 'shortcuts', go: (page) => page.keyboard.press('?') },
  { name: 'message', go: (page) => page.evaluate(() => (location.hash = '1.damaged')) },
];

/** Every view by its number key, with a picture of each of its tabs. */
async function everyView(page: Page, look: string): Promise<void> {
  const seen = new Set<string>();
  for (let key = 1; ; key++) {
    await page.keyboard.press(String(key));
    // A key that no view has leaves the focus where it is.
    const focused = page.locator('main > section:focus');
    const view = await focused.getAttribute('aria-label', { timeout: 3000 }).catch(() => undefined);
    if (!view || seen.has(view)) break;
    seen.add(view);
    const region = page.getByRole('region', { name: view, exact: true });
    // A view comes with its first use.
    await expect(region.getByText('Loading…')).toBeHidden();
    const tabs = await region.getByRole('tab').all();
    for (const tab of tabs) {
      await tab.click();
      await page.waitForTimeout(500);
      await page.screenshot({ path: `test-results/screens/${look}-${view}-${await tab.textContent()}.png` });
    }
    if (tabs.length === 0) await page.screenshot({ path: `test-results/screens/${look}-${view}.png` });
  }
  expect(seen.size).toBeGreaterThanOrEqual(5);
}

const looks = process.env['FULL'] ? (['light', 'dark', 'phone'] as const) : (['phone'] as const);

for (const look of looks) {
  test.describe(look, () => {
    test.use(look === 'phone' ? { viewport: { width: 360, height: 740 }, hasTouch: true } : { colorScheme: look });
    test('screens', async ({ page }) => {
      test.setTimeout(180_000);
      await open(page);
      for (const { name, go } of screens) {
        await go(page);
        await page.waitForTimeout(300);
        await page.screenshot({ path: `test-results/screens/${look}-${name}.png` });
        await page.keyboard.press('Escape');
        const dismiss = page.getByRole('button', { name: 'Dismiss' });
        if (await dismiss.isVisible()) await dismiss.click();
        await expect(page.getByRole('dialog')).toBeHidden();
      }
      await everyView(page, look);
    });
  });
}
