// A browser without WebGPU: everything but GPU timing works.
import { expect, netHash, open, openDialog, openPreset, test } from './fixture.ts';

test('building, counting and sharing work', async ({ page }) => {
  await open(page);
  expect(await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) ?? null)).toBeNull();
  // It says so, why, and what to do.
  await page.getByRole('button', { name: 'Device: No WebGPU' }).click();
  await expect(page.getByRole('dialog')).toContainText(/WebGPU|adapter/);
  await page.keyboard.press('Escape');
  const profile = page.getByRole('region', { name: 'Profile' });
  const line = profile.getByText('No WebGPU here. These times were recorded on another machine.');
  await expect(line).toBeVisible();
  expect((await line.boundingBox())?.height).toBeLessThan(25);
  await profile.getByRole('button', { name: 'Why?' }).click();
  await expect(
    profile.getByText(/no adapter.*hardware acceleration.*SwiftShader \(software adapter\)/is),
  ).toBeVisible();
  const first = await netHash(page);
  await openPreset(page, 'mobilenetv4_conv_small');
  expect(await netHash(page)).not.toBe(first);
  await expect(page.getByTitle('3,774,024 trainable parameters')).toBeVisible();
  const dialog = await openDialog(page, 'Share');
  await expect(dialog.getByRole('textbox', { name: 'Link' })).toHaveValue(/#2\./);
});
