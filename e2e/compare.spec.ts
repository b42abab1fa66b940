// Two nets side by side: what an edit or another net changes in structure and in counts, against the pinned one.
import { expect, open, openPreset, test } from './fixture.ts';

test('an edit against the pinned net, then another net against it', async ({ page }) => {
  await open(page);
  const net = page.getByRole('region', { name: 'Net', exact: true });
  const compare = net.getByRole('button', { name: 'Compare' });
  await expect(compare).toBeDisabled();
  await page.keyboard.press('b');
  await compare.click();
  await expect(net.getByText('The two nets are the same.')).toBeVisible();

  await page.getByRole('region', { name: 'Build' }).getByText('mbconv').first().click();
  await page.getByRole('spinbutton', { name: /expansion/i }).fill('3');
  await page.keyboard.press('Enter');
  await expect(net.getByText('2 of 21 blocks differ.')).toBeVisible();
  const totals = net.getByRole('table', { name: 'Totals of both nets' });
  await expect(totals.getByRole('columnheader', { name: 'mobilenetv2_100, now' })).toBeVisible();
  await expect(totals.getByRole('row', { name: 'MACs' })).toContainText(/301.M.*273.M.*−9\.1.%/);
  await net.getByRole('checkbox', { name: 'Only changes' }).check();
  const blocks = net.getByRole('table', { name: 'Blocks of both nets, aligned' });
  await expect(blocks.getByRole('row').filter({ hasText: 'changed' })).toHaveCount(2);
  await expect(blocks.getByRole('row')).toHaveCount(3);

  await openPreset(page, 'mobilenetv3_small_050');
  await expect(totals.getByRole('columnheader', { name: 'mobilenetv3_small_050' })).toBeVisible();
  await expect(blocks.getByRole('row').filter({ hasText: 'removed' }).first()).toBeVisible();
  await compare.click();
  await expect(net.getByRole('group', { name: 'Graph of the net' })).toBeVisible();
});
