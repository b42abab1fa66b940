// 360 × 740: one view at a time, tabs at the bottom, nothing scrolls sideways, targets that a finger hits.
import { expect, open, openDialog, sidewaysScroll, test } from './fixture.ts';

test.use({ viewport: { width: 360, height: 740 }, hasTouch: true });

test('every view and dialog fits', async ({ page }) => {
  await open(page);
  const tabs = page.getByRole('navigation', { name: 'Views' });
  for (const view of ['Build', 'Net', 'Profile'] as const) {
    await tabs.getByRole('button', { name: view }).tap();
    await expect(page.getByRole('region', { name: view, exact: true })).toBeVisible();
    await expect(tabs.getByRole('button', { name: view })).toHaveAttribute('aria-current', 'page');
    expect(await sidewaysScroll(page), view).toBe(0);
  }
  for (const name of ['Presets', 'Share', 'All commands'] as const) {
    const dialog = await openDialog(page, name);
    const box = await dialog.boundingBox();
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 999) <= 360, name).toBe(true);
    expect(await sidewaysScroll(page), name).toBe(0);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  }
});

test('buttons of the frame are at least 24 px', async ({ page }) => {
  await open(page);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('header button, nav button, header input')]
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
      .map(
        ({ element, box }) =>
          `${element.getAttribute('aria-label') ?? element.textContent}: ${box.width} × ${box.height}`,
      ),
  );
  expect(small).toEqual([]);
});

test('a preset opens by touch', async ({ page }) => {
  await open(page);
  const dialog = await openDialog(page, 'Presets');
  await dialog.getByRole('button', { name: 'mobilenetv4_conv_medium', exact: true }).tap();
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('mobilenetv4_conv_medium');
});
