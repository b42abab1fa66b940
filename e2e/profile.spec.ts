// The Profile pane in a browser without an adapter: it says why there are no own times, and everything that needs none works.
import { axeFindings, expect, open, openPreset, test } from './fixture.ts';

test('says what is missing and what can be done, and shows the recorded profile as recorded', async ({ page }) => {
  await open(page);
  const pane = page.getByRole('region', { name: 'Profile' });
  await expect(page.getByRole('button', { name: 'Device: No WebGPU' })).toBeVisible();
  await expect(pane.getByText('No WebGPU here. These times were recorded on another machine.')).toBeVisible();
  await pane.getByRole('button', { name: 'Why?' }).click();
  await expect(pane.getByText('WebGPU offers no adapter')).toBeVisible();
  await expect(pane.getByRole('button', { name: 'Measure', exact: true })).toBeDisabled();
  const rows = pane.getByRole('treegrid', { name: 'Layers' }).getByRole('row');
  await expect(rows.filter({ hasText: 'blocks.1.0' })).toContainText(/\d\sms/);
  // Another net has no recorded times: its rows keep their counts and leave the times open.
  await openPreset(page, 'mobilenetv3_small_100');
  await expect(rows.filter({ hasText: 'blocks.1.0' })).toContainText('–');
  await expect(pane.getByText('recorded on another machine')).toBeHidden();
});

test('plans for a plain GPU: memory and kernels are there without one', async ({ page }) => {
  await open(page);
  const pane = page.getByRole('region', { name: 'Profile' });
  await pane.getByRole('tab', { name: 'Memory' }).click();
  await expect(pane.getByText(/^Peak as planned .* at /)).toBeVisible();
  await pane.getByRole('radiogroup', { name: 'Show memory as' }).getByRole('radio', { name: 'Table' }).click();
  await expect(pane.getByRole('row').filter({ hasText: 'the page' })).toHaveCount(1);
  await pane.getByRole('tab', { name: 'Kernels' }).click();
  await expect(pane.getByText(/^\d+ dispatches, as planned for a plain GPU/)).toBeVisible();
  const dispatches = pane.getByRole('listbox', { name: 'Dispatches' });
  await expect(dispatches.getByRole('option').first()).toHaveAttribute('aria-selected', 'true');
  await expect(pane.getByRole('region', { name: /^WGSL of/ })).toContainText('@compute @workgroup_size(');
  await dispatches.focus();
  await page.keyboard.press('ArrowDown');
  await expect(dispatches.getByRole('option').nth(1)).toHaveAttribute('aria-selected', 'true');
  await pane.getByRole('button', { name: 'Copy WGSL' }).click();
  await expect(pane.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('fn main(');
});

test('tabs and the layer table are driven by keys', async ({ page }) => {
  await open(page);
  const pane = page.getByRole('region', { name: 'Profile' });
  const grid = pane.getByRole('treegrid', { name: 'Layers' });
  await grid.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const block = grid.getByRole('row').filter({ hasText: 'blocks.1.0' }).first();
  await expect(block).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowRight');
  await expect(block).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(grid.getByRole('row', { selected: true }).filter({ hasText: 'conv_pw' })).toBeVisible();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(block).toHaveAttribute('aria-expanded', 'false');
  // The same block is selected in Build.
  await expect(
    page.getByRole('region', { name: 'Build' }).getByRole('heading', { name: 'mbconv blocks.1.0, one of 2 repeats' }),
  ).toBeVisible();
  await grid.getByRole('columnheader', { name: 'Time' }).getByRole('button').click();
  await expect(grid.getByRole('columnheader', { name: 'Time' })).toHaveAttribute('aria-sort', 'descending');
  await pane.getByRole('tab', { name: 'Layers' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(pane.getByRole('tab', { name: 'Timeline' })).toBeFocused();
  await expect(pane.getByRole('tab', { name: 'Timeline' })).toHaveAttribute('aria-selected', 'true');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`no serious accessibility finding in any view, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page);
    const pane = page.getByRole('region', { name: 'Profile' });
    for (const name of ['Layers', 'Timeline', 'Roofline', 'Memory', 'Kernels']) {
      await pane.getByRole('tab', { name }).click();
      await expect(pane.getByRole('tabpanel')).not.toContainText(/Loading…|Planning…/);
      // The rest of the page has its own test.
      expect(await axeFindings(page, 'section[aria-label="Profile"]'), name).toEqual([]);
    }
  });
}
