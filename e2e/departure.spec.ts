// F51: an edited preset says so in its name's place, in the title and in Share, and its published weights are not offered.
import { expect, open, openDialog, test } from './fixture.ts';

test('an edited preset says edited until undo, and its weights are offered no longer', async ({ page }) => {
  await open(page);
  await expect(page).toHaveTitle('mobilenetv2_100 – Bottleneck');
  const build = page.getByRole('region', { name: 'Build' });
  const word = page.getByRole('banner').getByRole('button', { name: 'what that means' });
  await page.keyboard.press('4');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page).toHaveTitle('mobilenetv2_100 – Bottleneck');
  await expect(word).toHaveCount(0);
  const panel = page.getByRole('region', { name: 'Try' });
  await panel.getByRole('tab', { name: 'Weights' }).click();
  await expect(panel.getByRole('button', { name: 'Load published weights' })).toBeVisible();

  await build.getByRole('listbox', { name: 'Blocks' }).getByRole('option').nth(3).click();
  await page.keyboard.press('Delete');
  await expect(word).toHaveText('edited');
  await expect(page).toHaveTitle('mobilenetv2_100 (edited) – Bottleneck');
  await expect(panel.getByRole('button', { name: 'Load published weights' })).toHaveCount(0);
  await word.click();
  await expect(page.getByRole('status').filter({ hasText: 'no longer the published mobilenetv2_100' })).toBeVisible();
  const dialog = await openDialog(page, 'Share');
  await expect(dialog.getByRole('heading', { name: 'Share mobilenetv2_100 (edited)' })).toBeVisible();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(word).toHaveCount(0);
  await expect(page).toHaveTitle('mobilenetv2_100 – Bottleneck');
});
