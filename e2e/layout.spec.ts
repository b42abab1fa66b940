// Nothing covers or leaves the window: every view at widths from 320 to 1920 px, with long names, a baseline, a notice and an error.
import type { Page } from '@playwright/test';
import { expect, open, openDialog, openPreset, sidewaysScroll, test } from './fixture.ts';
import { paste } from './give.ts';

const widths = [320, 360, 481, 560, 768, 801, 900, 1024, 1280, 1440, 1680, 1920] as const;
const long = 'mobilenetv4_hybrid_large_with_a_name_of_40';

const pinBaseline = (page: Page): Promise<void> => page.keyboard.press('b');
const rename = async (page: Page, name: string): Promise<void> => {
  const field = page.getByRole('textbox', { name: 'Name of the net' });
  await field.fill(name);
  await field.press('Enter');
};

const states: readonly { name: string; first?: true; go: (page: Page) => Promise<unknown> }[] = [
  {
    name: 'a first visit, and an edited preset',
    first: true,
    go: async (page) => {
      await expect(page.getByRole('region', { name: 'First steps' })).toBeVisible();
      await page.getByRole('region', { name: 'Build' }).getByText('mbconv').first().click();
      await page.keyboard.press('Delete');
      await expect(page.getByRole('banner').getByRole('button', { name: 'what that means' })).toBeVisible();
    },
  },
  {
    name: 'long names and a baseline',
    go: async (page) => {
      await rename(page, long);
      await pinBaseline(page);
      await openPreset(page, 'mobilenetv4_hybrid_large');
      await rename(page, `${long.slice(0, 38)}_2`);
    },
  },
  {
    name: 'a notice that stays',
    go: async (page) => {
      await page.evaluate(() => (location.hash = '1.damaged'));
      await expect(page.getByRole('alert').filter({ hasText: /\S/ })).not.toHaveCount(0);
    },
  },
  {
    name: 'a text with errors',
    go: async (page) => {
      await paste(page, 'input 3x224x224\nconv k3 s2 c32\nmbconv k3 c16 e1 zz\nmbconv k77777 c\npool\nlinear c1000\n');
      await expect(page.getByRole('region', { name: 'Build' })).toContainText('zz');
    },
  },
];

/**
 * Controls that are on the screen but beyond the window, or under something that is not theirs. A control that its own pane
 * has scrolled away is neither; what holds it can be scrolled.
 */
const faults = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const controls = 'button, a[href], input:not([type=file]), select, textarea, [role="separator"]';
    const name = (element: Element): string =>
      element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 30) ?? element.tagName;
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>(controls)) {
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      const box = element.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) continue;
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      let inside = true;
      let scrolls = false;
      for (let at = element.parentElement; at; at = at.parentElement) {
        const { overflowX, overflowY, position } = getComputedStyle(at);
        if (position === 'fixed') break;
        if (overflowX === 'visible' && overflowY === 'visible') continue;
        const own = at.getBoundingClientRect();
        if (x < own.left || x > own.right || y < own.top || y > own.bottom) inside = false;
        if (/auto|scroll/.test(overflowX) || /auto|scroll/.test(overflowY)) scrolls = true;
      }
      if (!inside) {
        if (!scrolls) found.push(`cut off: ${name(element)} at ${Math.round(x)}, ${Math.round(y)}`);
        continue;
      }
      if (box.left < -1 || box.right > innerWidth + 1) {
        if (!scrolls)
          found.push(`beyond the window: ${name(element)} from ${Math.round(box.left)} to ${Math.round(box.right)}`);
        continue;
      }
      const hit = document.elementFromPoint(x, y);
      if (hit && !element.contains(hit) && !hit.contains(element))
        found.push(`covered: ${name(element)} by ${hit.className || hit.tagName} “${name(hit)}”`);
    }
    return found;
  });

for (const { name, first = false, go } of states) {
  test(`every view × ${widths.length} widths: ${name}`, async ({ page }) => {
    test.setTimeout(300_000);
    if (first) await page.addInitScript(() => localStorage.removeItem('guide'));
    await open(page);
    await go(page);
    for (const width of widths) {
      await page.setViewportSize({ width, height: width < 801 ? 740 : 900 });
      for (const key of ['1', '2', '3', '4', '5', '6', '7']) {
        // A view that was fetched once is there at the next width.
        await page
          .locator('main > section')
          .first()
          .evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
        await page.keyboard.press(key);
        await expect(page.locator('main > section:focus')).not.toContainText('Loading…');
        expect.soft(await sidewaysScroll(page), `${width} px, view ${key}`).toBe(0);
        expect.soft(await faults(page), `${width} px, view ${key}`).toEqual([]);
      }
    }
  });
}

test('a pane fills the window and gives the room back', async ({ page }) => {
  await open(page);
  const profile = page.getByRole('region', { name: 'Profile', exact: true });
  const height = async (): Promise<number> => (await profile.boundingBox())?.height ?? 0;
  const before = await height();
  await page.getByRole('button', { name: 'Maximize Profile' }).click();
  expect(await height()).toBeGreaterThan(800);
  await expect(page.getByRole('region', { name: 'Build' })).toBeHidden();
  await page.keyboard.press('2');
  await expect(page.getByRole('region', { name: 'Net', exact: true })).toBeVisible();
  await expect(profile).toBeHidden();
  await page.keyboard.press('m');
  await page.keyboard.press('3');
  expect(await height()).toBe(before);
});

test('sizes and the pane below the net are there again after a reload', async ({ page }) => {
  await open(page);
  await page.getByRole('region', { name: 'Build' }).getByText('mbconv').first().click();
  const inspector = page.getByRole('separator', { name: 'Height of the inspector' });
  const below = page.getByRole('separator', { name: 'Height of what is below the net' });
  for (const line of [inspector, below]) {
    await line.focus();
    for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowUp');
  }
  await page.keyboard.press('5');
  await expect(page.getByRole('region', { name: 'Quantize', exact: true })).toBeVisible();
  const values = () => Promise.all([inspector, below].map((line) => line.getAttribute('aria-valuenow')));
  const before = await values();
  await page.reload();
  await expect(page.getByRole('region', { name: 'Quantize', exact: true })).toBeVisible();
  expect(await values()).toEqual(before);
});

test('a notice moves nothing but the lower edge', async ({ page }) => {
  await open(page);
  const net = page.getByRole('region', { name: 'Net', exact: true });
  const before = await net.boundingBox();
  await page.evaluate(() => (location.hash = '1.damaged'));
  await expect(page.getByRole('button', { name: 'Dismiss' })).toBeVisible();
  expect(await net.boundingBox()).toEqual(before);
});

test('gallery names tell the rows apart at 1024 px', async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 768 });
  await open(page);
  const dialog = await openDialog(page, 'Presets');
  await dialog.getByRole('searchbox').fill('mobilenetv4');
  const cut = await dialog
    .locator('td.name button')
    .evaluateAll((buttons) => buttons.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent));
  expect(cut).toEqual([]);
});

test('the focus stays on the page after New net', async ({ page }) => {
  await open(page);
  const dialog = await openDialog(page, 'Presets');
  await dialog.getByRole('button', { name: 'Start from empty' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('region', { name: 'Build' })).toBeFocused();
});

test('the Build pane cannot be scrolled out of its place', async ({ page }) => {
  await open(page);
  const build = page.getByRole('region', { name: 'Build' });
  await build.getByText('mbconv').first().click();
  await expect(build.getByLabel('kernel', { exact: false }).first()).toBeVisible();
  const scrolled = await build.evaluate((pane) => {
    for (const element of pane.querySelectorAll('.visually-hidden')) element.scrollIntoView();
    return pane.scrollTop;
  });
  expect(scrolled).toBe(0);
});

test.describe('touch', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true });
  test('buttons of the bars are at least 40 px high', async ({ page }) => {
    await open(page);
    for (const key of ['1', '2', '3', '4', '5', '6', '7']) {
      await page.keyboard.press(key);
      await expect(page.locator('main > section:focus')).not.toContainText('Loading…');
      const small = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('header button, nav button, main .bar :is(button, label, select)')]
          .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height > 0)
          .filter((element) => element.getBoundingClientRect().height < 39.5)
          .map(
            (element) =>
              `${element.getAttribute('aria-label') ?? element.textContent}: ${element.getBoundingClientRect().height}`,
          ),
      );
      expect.soft(small, `view ${key}`).toEqual([]);
    }
  });
});

test.describe('forced colours', () => {
  test.use({ contextOptions: { forcedColors: 'active' } });
  test('selection and bars stay visible', async ({ page }) => {
    await open(page);
    await page.getByRole('region', { name: 'Build' }).getByText('mbconv').first().click();
    const row = page.getByRole('listbox', { name: 'Blocks' }).getByRole('option', { selected: true });
    expect(await row.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');
    const bar = page.locator('.bar span').first();
    expect(await bar.evaluate((element) => getComputedStyle(element).forcedColorAdjust)).toBe('none');
  });
});
