// Undo and redo over 200 steps and a reload; nothing that was typed is lost.
import { encodeLink } from '../src/graph/link/link.ts';
import { expect, expectNet, netHash, open, openPreset, test } from './fixture.ts';

test('200 edits come back one by one, over a reload', async ({ page }) => {
  test.setTimeout(120_000);
  // A small net, since this is about the steps.
  const text = 'input 3x32x32\n\nconv k3 s2 c8\nmbconv k3 c8 e2\nmbconv k5 c12 e2\npool\nlinear c10\n';
  await open(page, encodeLink({ name: 'small', text }));
  const first = await netHash(page);
  await page.getByRole('region', { name: 'Build' }).getByText('mbconv').first().click();
  // Moving a line back and forth is a step each time; one more at the end makes another net of it.
  for (let step = 0; step < 100; step++) {
    await page.keyboard.press('Alt+ArrowDown');
    await page.keyboard.press('Alt+ArrowUp');
  }
  await page.keyboard.press('Alt+ArrowDown');
  const last = await netHash(page);
  expect(last).not.toBe(first);
  // The autosave waits a moment after the last edit.
  await page.waitForTimeout(600);
  await page.reload();
  await expectNet(page, last);

  const undo = page.getByRole('button', { name: 'Undo' });
  for (let step = 0; step < 201; step++) await page.keyboard.press('Control+z');
  await expectNet(page, first);
  // The one step below them is the link that was opened.
  await expect(undo).toHaveAttribute('title', /Open link/);
  for (let step = 0; step < 201; step++) await page.keyboard.press('Control+Shift+z');
  await expect(page.getByRole('button', { name: 'Redo' })).toBeDisabled();
  await expectNet(page, last);
});

test('opening a preset is one step back', async ({ page }) => {
  await open(page);
  const first = await netHash(page);
  await openPreset(page, 'mobilenetv3_small_050');
  expect(await netHash(page)).not.toBe(first);
  await page.keyboard.press('Control+z');
  await expectNet(page, first);
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('mobilenetv2_100');
});

test('a rename is cleaned, kept and undone', async ({ page }) => {
  await open(page);
  const name = page.getByRole('textbox', { name: 'Name of the net' });
  await name.fill('my <b>net</b>\u202e 2');
  await name.press('Enter');
  await expect(name).toHaveValue('my bnet/b 2');
  await page.waitForTimeout(600);
  await page.reload();
  await expect(name).toHaveValue('my bnet/b 2');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(name).toHaveValue('mobilenetv2_100');
});
