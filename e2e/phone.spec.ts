// 360 × 740: one view at a time, tabs at the bottom, nothing scrolls sideways, targets that a finger hits.
import type { Page } from '@playwright/test';
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

/** What a finger would miss: less than 40 px high, or a button of one sign less than 40 px wide. */
const smallTargets = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    // A word that explains itself is as high as its line, and hit around it.
    [
      ...document.querySelectorAll(
        'main :is(button, select, summary, [role="option"], [role="tab"], input:not([type="file"])):not(.term *)',
      ),
    ]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      // A box or a ring is hit by its words too.
      .map((element) => (element.matches('[type="checkbox"], [type="radio"]') && element.closest('label')) || element)
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      // Fields lie in a box that is one pixel higher at either side.
      .filter(({ element, box: { width, height } }) => {
        const sign = element.matches('button') && (element.textContent ?? '').trim().length < 2;
        return element.tagName !== 'OPTION' && height > 2 && (height < 39.5 || (sign && width < 39.5));
      })
      .map(
        ({ element, box }) =>
          `${element.getAttribute('aria-label') ?? element.textContent}: ${box.width} × ${box.height}`,
      ),
  );

test('whatever is there to be tapped in Build and Net is at least 40 px high', async ({ page }) => {
  await open(page);
  const build = page.getByRole('region', { name: 'Build' });
  const small = () => smallTargets(page);
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

test('and in every tab of Profile, Try and Quantize', async ({ page }) => {
  await open(page);
  const views = page.getByRole('navigation', { name: 'Views' });
  for (const [view, ready] of [
    ['Profile', 'Export'],
    ['Try', 'Camera'],
    ['Quantize', 'Calibrate and compare'],
  ] as const) {
    await views.getByRole('button', { name: view }).tap();
    const pane = page.getByRole('region', { name: view, exact: true });
    await expect(pane.getByRole('button', { name: ready })).toBeVisible();
    if (view === 'Profile') await pane.getByRole('button', { name: 'Filter' }).tap();
    if (view === 'Quantize') await pane.getByRole('button', { name: /^Three samples/ }).tap();
    for (const tab of await pane.getByRole('tab').all()) {
      await tab.tap();
      await expect(pane.getByRole('tabpanel').locator(':scope > *').first()).toBeVisible();
      expect(await smallTargets(page), `${view}, ${await tab.textContent()}`).toEqual([]);
      expect(await sidewaysScroll(page), view).toBe(0);
    }
  }
  await views.getByRole('button', { name: 'Try' }).tap();
  const pane = page.getByRole('region', { name: 'Try', exact: true });
  await pane.getByRole('tab', { name: 'Inside' }).tap();
  await pane
    .getByTitle(/^Sample: /)
    .first()
    .tap();
  await expect(pane.getByRole('list', { name: /^Channels of/ })).toBeVisible({ timeout: 40_000 });
  expect(await smallTargets(page), 'feature maps').toEqual([]);
});

test('without an adapter a note takes two lines, and why is told when asked', async ({ page }) => {
  await open(page);
  const views = page.getByRole('navigation', { name: 'Views' });
  for (const view of ['Profile', 'Quantize'] as const) {
    await views.getByRole('button', { name: view }).tap();
    const pane = page.getByRole('region', { name: view, exact: true });
    const note = pane.getByText('No WebGPU here.').locator('xpath=ancestor::p');
    await expect(note).toBeVisible();
    expect((await note.boundingBox())?.height, view).toBeLessThanOrEqual(2 * 20);
    const why = pane.getByRole('button', { name: 'Why?' });
    await why.tap();
    await expect(pane.getByRole('button', { name: 'Less' })).toHaveAttribute('aria-expanded', 'true');
    await expect(pane.getByText(view === 'Profile' ? /hardware acceleration/ : /integer reference/)).toBeVisible();
  }
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
