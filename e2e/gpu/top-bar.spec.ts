// With an adapter the device has a longer name: the bar still fits beside a pinned baseline.
import { expect, open, openPreset, sidewaysScroll, test } from '../fixture.ts';

test('the top bar stays in the window with an adapter and a baseline', async ({ page }) => {
  await open(page);
  await expect(page.getByRole('button', { name: 'Device: SwiftShader, software adapter' })).toBeVisible();
  await page
    .getByRole('banner')
    .getByRole('button', { name: /baseline|compare/i })
    .first()
    .click();
  await openPreset(page, 'mobilenetv4_hybrid_medium');
  await expect(
    page
      .getByRole('banner')
      .getByText(/^[+−]\d/)
      .first(),
  ).toBeVisible();
  for (const width of [400, 560, 801, 1024, 1181, 1280, 1361, 1441, 1681]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await sidewaysScroll(page), `${width} px`).toBe(0);
  }
});
