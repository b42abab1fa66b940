// Lines in the hand: copied and pasted, changed in kind, edited where they are pointed at; keys that mean the same everywhere.
import type { Page } from '@playwright/test';
import { expect, netHash, open, openDialog, test } from './fixture.ts';

const rows = (page: Page) => page.getByRole('listbox', { name: 'Blocks' }).getByRole('option');
const inspector = (page: Page) => page.getByRole('region', { name: 'Selected block' });

test('selected lines are copied, cut and pasted', async ({ page }) => {
  await open(page);
  const before = await netHash(page);
  await rows(page).nth(2).click();
  await rows(page)
    .nth(3)
    .click({ modifiers: ['Shift'] });
  // The clipboard's code comes with the first selection.
  await expect(async () => {
    await page.keyboard.press('Control+c');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
      /^mbconv x2 .*c24.*\nmbconv x3 .*c32.*\n$/,
    );
  }).toPass();
  await page.keyboard.press('Control+v');
  await expect(rows(page)).toHaveCount(13);
  await expect(rows(page).nth(4)).toContainText('c24');
  await expect(rows(page).nth(5)).toHaveAttribute('aria-selected', 'true');
  // Cutting what was pasted leads back.
  await page.keyboard.press('Control+x');
  await expect(rows(page)).toHaveCount(11);
  await expect(page.locator('[data-net]')).toHaveAttribute('data-net', before);
});

test('a block changes its kind in place; a click on a chip of the selected line edits it', async ({ page }) => {
  await open(page);
  await rows(page).nth(3).click();
  await inspector(page).getByRole('combobox', { name: 'Kind of the block' }).selectOption('uib');
  await expect(rows(page).nth(3)).toContainText('uib');
  await expect(rows(page).nth(3)).toContainText('×3');
  await expect(page.locator('#argument-c')).toHaveValue('32');
  await rows(page).nth(4).click();
  await rows(page).nth(4).getByText('c64', { exact: true }).click();
  await expect(page.locator('#argument-c')).toBeFocused();
  await page.keyboard.type('72');
  await expect(rows(page).nth(4)).toContainText('c72');
});

test('arguments that a row has no room for are counted', async ({ page }) => {
  await open(page);
  await expect(rows(page).nth(8).locator('.more')).toHaveText(/^\+\d$/);
  const cut = await page.evaluate(
    () =>
      [...document.querySelectorAll<HTMLElement>('.chips')].filter((chips) => chips.scrollWidth > chips.clientWidth)
        .length,
  );
  expect(cut).toBe(0);
});

test('Ctrl Enter is not Enter, in the list and in the name', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    addEventListener('keydown', (event) => {
      if (event.key === 'Enter') document.documentElement.dataset['taken'] = String(event.defaultPrevented);
    });
  });
  const taken = page.locator('html');
  await rows(page).nth(2).click();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('combobox', { name: 'Find a block' })).toBeHidden();
  await expect(taken).toHaveAttribute('data-taken', /./);
  await page.evaluate(() => delete document.documentElement.dataset['taken']);
  await page.getByRole('textbox', { name: 'Name of the net' }).focus();
  await page.keyboard.press('Control+Enter');
  // It reached the page's commands.
  await expect(taken).toHaveAttribute('data-taken', /./);
});

test('the shortcut sheet has the keys of list and graph', async ({ page }) => {
  await open(page);
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  for (const label of [
    'Unfold the block into its ops, or fold it',
    'Zoom in',
    'Copy the selected lines',
    'Add a block below',
  ])
    await expect(sheet.getByText(label, { exact: true }).first()).toBeVisible();
});

test('New net leaves the focus in Build', async ({ page }) => {
  await open(page);
  const dialog = await openDialog(page, 'Presets');
  await dialog.getByRole('button', { name: 'Start from empty' }).click();
  await expect(dialog).toBeHidden();
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.closest('section')?.getAttribute('aria-label') ?? 'body'))
    .toBe('Build');
});

test('the outcome of a knob moves nothing', async ({ page }) => {
  await open(page);
  await rows(page).nth(2).click();
  await page.getByRole('button', { name: /^Whole net/ }).click();
  const knob = page.locator('#knob-width');
  await knob.waitFor();
  const places = async () => {
    const { y } = (await inspector(page).boundingBox()) ?? {};
    return [y, (await page.locator('#knob-act').boundingBox())?.y];
  };
  const before = await places();
  await knob.fill('1.4');
  await expect(page.locator('.effect')).toContainText('params');
  expect(await places()).toEqual(before);
  await page.getByRole('searchbox', { name: 'Find a block or op' }).focus();
  expect(await places()).toEqual(before);
});
