// The page without a mouse: shortcuts, palette, sheet, tab order, splitters.
import { expect, expectNet, netHash, open, runCommand, test } from './fixture.ts';

test('? lists the shortcuts, Escape closes it and the focus returns', async ({ page }) => {
  await open(page);
  const share = page.getByRole('button', { name: 'Share' });
  await share.focus();
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(dialog).toContainText('Undo');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(share).toBeFocused();
});

test('the palette finds commands and nets', async ({ page }) => {
  await open(page);
  await runCommand(page, 'theme dark', 'Theme: dark');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await runCommand(page, 'v3 small 075', 'mobilenetv3_small_075');
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('mobilenetv3_small_075');
});

test('/ goes to the search of the net, and is text while one types', async ({ page }) => {
  await open(page);
  const field = page.getByRole('searchbox', { name: 'Find a block or op' });
  await page.keyboard.press('/');
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('');
  await page.keyboard.type('a/b');
  await expect(field).toHaveValue('a/b');
});

test('letters are text while one types', async ({ page }) => {
  await open(page);
  await page.getByRole('textbox', { name: 'Name of the net' }).focus();
  await page.keyboard.type('p?b1');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('keys do nothing behind a dialog', async ({ page }) => {
  await open(page);
  const before = await netHash(page);
  await page.getByRole('region', { name: 'Build' }).getByText('mbconv').first().click();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Delete');
  await page.keyboard.press('Escape');
  await expectNet(page, before);
});

test('Tab reaches every pane in reading order', async ({ page }) => {
  await open(page);
  const seen: string[] = [];
  for (let step = 0; step < 80 && !seen.includes('Profile'); step++) {
    await page.keyboard.press('Tab');
    const place = await page.evaluate(() => {
      const pane = document.activeElement?.closest('main > section, header');
      return pane?.tagName === 'HEADER' ? 'bar' : (pane?.getAttribute('aria-label') ?? '');
    });
    if (place && seen.at(-1) !== place) seen.push(place);
  }
  expect(seen.slice(0, 3)).toEqual(['bar', 'Build', 'Net']);
});

test('splitters move by keyboard and are remembered', async ({ page }) => {
  await open(page);
  const splitter = page.getByRole('separator', { name: 'Width of Build' });
  const width = async () => (await page.getByRole('region', { name: 'Build' }).boundingBox())?.width ?? 0;
  const before = await width();
  await splitter.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  const wider = await width();
  expect(wider).toBeGreaterThan(before + 10);
  await page.reload();
  expect(await width()).toBe(wider);
  await splitter.dblclick();
  expect(await width()).toBe(before);
});

test('numbers and the gallery by keyboard alone', async ({ page }) => {
  await open(page);
  await page.keyboard.press('2');
  await expect(page.getByRole('region', { name: 'Net', exact: true })).toBeFocused();
  await page.keyboard.press('p');
  await expect(page.getByRole('searchbox', { name: 'Search presets' })).toBeFocused();
  await page.keyboard.type('mixnet');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('button', { name: 'mixnet_s', exact: true })).toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('tf_mixnet_s');
});
