// axe on every pane and dialog in both themes: nothing serious, nothing critical.
import type { Page } from '@playwright/test';
import { axeFindings, expect, open, openDialog, test } from './fixture.ts';

const places: readonly { name: string; go: (page: Page) => Promise<unknown> }[] = [
  { name: 'the page', go: () => Promise.resolve() },
  {
    name: 'the page with a baseline and a message',
    go: async (page) => {
      await page.keyboard.press('b');
      await page.evaluate(() => (location.hash = '1.damaged'));
      await expect(page.getByRole('alert')).not.toBeEmpty();
    },
  },
  {
    name: 'a selected block',
    go: (page) => page.getByRole('region', { name: 'Build' }).getByText('mbconv').first().click(),
  },
  { name: 'presets', go: (page) => openDialog(page, 'Presets') },
  { name: 'share', go: (page) => openDialog(page, 'Share') },
  {
    name: 'share as code',
    go: async (page) => {
      const dialog = await openDialog(page, 'Share');
      await dialog.getByRole('tab', { name: 'PyTorch' }).click();
    },
  },
  { name: 'shortcuts', go: (page) => page.keyboard.press('?') },
  { name: 'palette', go: (page) => openDialog(page, 'All commands') },
];

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test('nothing serious in any pane or dialog', async ({ page }) => {
      await open(page);
      for (const { name, go } of places) {
        await go(page);
        expect.soft(await axeFindings(page), name).toEqual([]);
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog')).toBeHidden();
      }
    });
  });
}
