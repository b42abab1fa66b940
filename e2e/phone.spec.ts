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

test('whatever is there to be tapped in Build and Net is at least 40 px high', async ({ page }) => {
  await open(page);
  const build = page.getByRole('region', { name: 'Build' });
  const small = () =>
    page.evaluate(() =>
      // A word that explains itself is as high as its line, and hit around it.
      [...document.querySelectorAll('main :is(button, select, [role="option"], input:not([type="file"])):not(.term *)')]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }))
        .map((element) => ({ element, height: element.getBoundingClientRect().height }))
        // Fields lie in a box that is one pixel higher at either side.
        .filter(({ element, height }) => height > 2 && height < 39.5 && element.tagName !== 'OPTION')
        .map(({ element, height }) => `${element.getAttribute('aria-label') ?? element.textContent}: ${height}`),
    );
  await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Build' }).tap();
  await build.getByRole('listbox', { name: 'Blocks' }).getByText('mbconv').first().tap();
  await expect(build.getByRole('region', { name: 'Selected block' })).toBeVisible();
  expect(await small(), 'a selected line').toEqual([]);
  await build.getByRole('button', { name: /^Whole net/ }).tap();
  await expect(build.getByRole('region', { name: 'Knobs of the whole net' })).toBeVisible();
  expect(await small(), 'the knobs').toEqual([]);
  await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Net' }).tap();
  expect(await small(), 'the graph').toEqual([]);
});

test('the choice of what the bars show is on the screen whole, and no hint speaks of keys', async ({ page }) => {
  for (const width of [320, 360, 412]) {
    await page.setViewportSize({ width, height: 740 });
    await open(page);
    await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Build' }).tap();
    const choice = await page.getByRole('combobox', { name: 'Bars show' }).boundingBox();
    expect((choice?.x ?? 0) + (choice?.width ?? 999), `${width} px`).toBeLessThanOrEqual(width);
    await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Net' }).tap();
    await expect(page.getByRole('searchbox', { name: 'Find a block or op' })).toHaveAttribute('placeholder', /[^/]$/);
  }
});
