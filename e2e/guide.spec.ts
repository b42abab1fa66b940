// M7: what a newcomer is offered: three things to do that cover nothing, words that explain themselves, a glossary; and M1, the papers' claims.
import { axeFindings, expect, open, openDialog, runCommand, sidewaysScroll, test } from './fixture.ts';

test.describe('the first visit', () => {
  test.use({ firstVisit: true });

  test('three things to do, each does it, and closed they stay closed', async ({ page }) => {
    await open(page);
    const guide = page.getByRole('region', { name: 'First steps' });
    await expect(guide).toBeVisible();
    expect(await axeFindings(page, 'section[aria-label="First steps"]')).toEqual([]);
    await guide.getByRole('button', { name: 'Change a block' }).click();
    await expect(
      page.getByRole('region', { name: 'Build' }).getByRole('region', { name: 'Selected block' }),
    ).toBeVisible();
    await guide.getByRole('button', { name: 'Try your camera' }).click();
    await expect(page.getByRole('region', { name: 'Try', exact: true })).toBeVisible();
    await guide.getByRole('button', { name: 'See where the time goes' }).click();
    await expect(page.getByRole('region', { name: 'Profile', exact: true })).toBeVisible();
    // All three done.
    await expect(guide).toHaveCount(0);
    await page.reload();
    await expect(page.getByRole('textbox', { name: 'Name of the net' })).toBeVisible();
    await expect(guide).toHaveCount(0);
    await runCommand(page, 'first steps');
    await expect(guide).toBeVisible();
    await guide.getByRole('button', { name: 'Close the first steps' }).click();
    await expect(guide).toHaveCount(0);
  });

  for (const [width, height] of [
    [360, 740],
    [1024, 768],
    [1440, 900],
  ] as const) {
    test(`its line covers nothing at ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await open(page);
      const guide = page.getByRole('region', { name: 'First steps' });
      const box = await guide.boundingBox();
      expect(box?.height).toBeLessThan(50);
      const bar = await page.getByRole('banner').boundingBox();
      const main = await page.getByRole('main').boundingBox();
      expect((bar?.y ?? 0) + (bar?.height ?? 0)).toBeLessThanOrEqual((box?.y ?? 0) + 0.5);
      expect(main?.y).toBeGreaterThanOrEqual((box?.y ?? 0) + (box?.height ?? 0) - 0.5);
      expect(await sidewaysScroll(page)).toBe(0);
    });
  }
});

test('a word says what it means to the pointer, to the keyboard, and goes with Escape', async ({ page }) => {
  await open(page);
  const word = page.getByRole('banner').getByRole('button', { name: 'MACs' });
  const note = page.getByRole('note');
  await word.hover();
  await expect(note).toContainText('Multiply-accumulates');
  await expect(note.getByRole('link', { name: 'MobileNets, 2017' })).toHaveAttribute(
    'href',
    'https://arxiv.org/abs/1704.04861',
  );
  // The way to the link leads over a gap.
  await note.hover();
  await expect(note).toBeVisible();
  await page.mouse.move(700, 500);
  await expect(note).toHaveCount(0);
  await word.focus();
  await expect(note).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(note.getByRole('link')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(note).toHaveCount(0);
});

test('the glossary finds a word', async ({ page }) => {
  await open(page);
  await runCommand(page, 'glossary');
  const dialog = page.getByRole('dialog', { name: 'Glossary' });
  await expect(dialog).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await dialog.getByRole('searchbox').fill('channel alone');
  await expect(dialog.getByRole('term')).toHaveText(['Depthwise convolution']);
});

for (const width of [1440, 360]) {
  test(`the paper’s claims stand beside timm’s and this page’s at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await open(page);
    const gallery = await openDialog(page, 'Presets');
    await gallery.getByRole('button', { name: 'Paper against here' }).click();
    const dialog = page.getByRole('dialog', { name: 'Paper against here' });
    await expect(dialog.getByRole('combobox', { name: 'Net' })).toHaveValue('mobilenetv2_100');
    const latency = dialog.locator('tr').filter({ hasText: 'Latency' });
    await expect(latency).toContainText('75\u202fms (Pixel 1, one large core)');
    const parameters = dialog.locator('tr').filter({ hasText: 'Parameters' }).first();
    await expect(parameters).toContainText('3,504,872');
    await expect(dialog.getByRole('link', { name: /MobileNetV2/ }).first()).toHaveAttribute(
      'href',
      'https://arxiv.org/abs/1801.04381',
    );
    expect(await axeFindings(page)).toEqual([]);
    expect(await dialog.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    // A figure leads to its source; a paper's comparison runs here in pairs.
    await latency.getByRole('button', { name: 'Source 1' }).click();
    await expect(dialog.locator('#source-1')).toBeFocused();
    await dialog.getByRole('combobox', { name: 'Paper', exact: true }).selectOption('mobilenetv4');
    await dialog.getByRole('combobox', { name: 'Net' }).selectOption('mobilenetv4_hybrid_large');
    await expect(parameters).toContainText('published code');
    await expect(dialog.getByRole('listitem').first()).toContainText('83.4 %');
    await expect(dialog.locator('[data-claim="small-work"]')).toContainText('Reproduces here');
    // Without a GPU nothing can be timed.
    await expect(dialog.locator('[data-claim="mqa"]').getByRole('button', { name: /^Time/ })).toBeDisabled();
    expect(await dialog.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    await page.screenshot({ path: `test-results/claims-${width}.png` });
  });
}
