// The graph follows the work: legible from the start, refitted while one builds, and what is selected elsewhere comes into view.
import type { Page } from '@playwright/test';
import { expect, open, openPreset, test } from './fixture.ts';

const graph = (page: Page) => page.getByRole('group', { name: 'Graph of the net' });

/** Whether every one of the cards lies inside the canvas. */
const inside = (page: Page, cards: string) =>
  page.evaluate((selector) => {
    const canvas = document.querySelector('.canvas')?.getBoundingClientRect();
    const boxes = [...document.querySelectorAll(selector)].map((card) => card.getBoundingClientRect());
    return (
      canvas !== undefined &&
      boxes.length > 0 &&
      boxes.every(
        ({ left, right, top, bottom }) =>
          left >= canvas.left && right <= canvas.right && top >= canvas.top && bottom <= canvas.bottom,
      )
    );
  }, cards);

/** Font size in CSS pixels of the smallest text that is drawn on a card. */
const smallest = (page: Page) =>
  page.evaluate(() =>
    Math.min(
      ...[...document.querySelectorAll<SVGTextElement>('.unit text')].map(
        (text) => parseFloat(getComputedStyle(text).fontSize) * (text.getScreenCTM()?.a ?? 0),
      ),
    ),
  );

for (const name of ['mobilenetv2_100', 'mobilenetv4_hybrid_large'])
  for (const [width, height] of [
    [1440, 900],
    [1280, 720],
    [768, 1024],
    [360, 740],
  ] as const)
    test(`${name} is legible at ${width} × ${height}`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await open(page);
      await openPreset(page, name);
      await page.keyboard.press('2');
      await expect(graph(page).getByRole('button').first()).toBeVisible();
      expect(await smallest(page)).toBeGreaterThanOrEqual(10.999);
      // No text of a card runs into another one.
      const touching = await page.evaluate(() =>
        [...document.querySelectorAll('.unit')].flatMap((unit) => {
          const texts = [...unit.querySelectorAll(':scope > text')].map((text) => text.getBoundingClientRect());
          return texts.flatMap((a, i) =>
            texts
              .slice(i + 1)
              .filter(
                (b) => a.left < b.right && b.left < a.right && a.top + 4 < b.bottom - 4 && b.top + 4 < a.bottom - 4,
              ),
          );
        }),
      );
      expect(touching).toEqual([]);
    });

test('the graph is refitted while one builds, and after the window has changed', async ({ page }) => {
  await open(page);
  const rows = page.getByRole('listbox', { name: 'Blocks' }).getByRole('option');
  await rows.nth(7).click();
  for (let step = 0; step < 6; step++) {
    await page.keyboard.press('Control+d');
    await expect.poll(() => inside(page, '.unit.selected')).toBe(true);
  }
  expect(await smallest(page)).toBeGreaterThanOrEqual(10.999);
  await page.setViewportSize({ width: 1000, height: 700 });
  await expect.poll(() => inside(page, '.unit.selected')).toBe(true);
});

test('a block selected in the list comes into view in the graph', async ({ page }) => {
  await open(page);
  await openPreset(page, 'mobilenetv4_hybrid_large');
  await page.getByRole('listbox', { name: 'Blocks' }).focus();
  for (const key of ['End', 'Home', 'End']) {
    await page.keyboard.press(key);
    await expect.poll(() => inside(page, '.unit.selected')).toBe(true);
  }
});

test('a repeat is selected by its card: the line in Build, that repeat alone in the net and in Profile', async ({
  page,
}) => {
  await open(page);
  const net = page.getByRole('region', { name: 'Net', exact: true });
  await net.getByRole('button', { name: /, blocks\.2\.1[:,]/ }).click();
  const build = page.getByRole('region', { name: 'Build' });
  await expect(build.getByRole('heading', { name: 'blocks.2.1, one of 3 repeats' })).toBeVisible();
  const line = build.getByRole('listbox', { name: 'Blocks' }).getByRole('option', { selected: true });
  await expect(line).toHaveCount(1);
  await expect(line).toContainText('c32');
  await expect(net.locator('g.unit.selected')).toHaveCount(1);
  const rows = page.getByRole('region', { name: 'Profile' }).getByRole('row', { selected: true });
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('blocks.2.1');
  // The whole line again, by its row.
  await line.getByText('mbconv').click();
  await expect(build.getByRole('heading', { name: 'blocks.2.0–2' })).toBeVisible();
  await expect(net.locator('g.unit.selected')).toHaveCount(3);
  await expect(rows).toHaveCount(3);
});

for (const [width, height] of [
  [1440, 900],
  [1280, 720],
  [360, 740],
] as const) {
  test(`the legend lies over no card at ${width} × ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await open(page);
    const net = page.getByRole('region', { name: 'Net', exact: true });
    const legend = await net.locator('.legend').boundingBox();
    const canvas = await net.locator('svg[role="group"]').boundingBox();
    expect(legend?.height).toBeGreaterThan(8);
    // What is cut off at the canvas's edge is not over the legend either.
    expect(legend?.y).toBeGreaterThanOrEqual((canvas?.y ?? 0) + (canvas?.height ?? 999) - 0.5);
  });
}

test('the map of a large net covers no card: it waits in the line of the legend until it is asked for', async ({
  page,
}) => {
  await open(page);
  await openPreset(page, 'mobilenetv4_hybrid_large');
  const map = page.locator('svg.minimap');
  const button = page.getByRole('button', { name: 'Map', exact: true });
  await expect(button).toBeVisible();
  await expect(map).toBeHidden();
  await button.click();
  await expect(map).toBeVisible();
  await openPreset(page, 'mobilenetv2_100');
  await expect(button.or(map)).toBeHidden();
});
