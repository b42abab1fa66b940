// Search as a user meets it: a space, limits, a front beside random search; stop and reload lose nothing; a found net opens and travels in a link.
import { axeFindings, expect, open, sidewaysScroll, test } from './fixture.ts';
import type { Locator, Page } from '@playwright/test';

async function openSearch(page: Page): Promise<Locator> {
  await page.getByRole('radiogroup', { name: 'Below the net' }).getByRole('radio', { name: 'Search' }).click();
  return page.getByRole('region', { name: 'Search', exact: true });
}

/** 576 nets that are built in a millisecond or two. */
const space = `input 3x24x24
conv k3 s2 c8
mbconv x{1..2} k{3,5} s2 c{8..24/8} e{2,3}
mbconv k{3,5} c{16,24,32} e{1,2,3,4}
pool
linear c12`;

test('a space is searched within a limit, stopped, gone on with after a reload, and a found net opens and travels', async ({
  page,
}) => {
  await open(page);
  let pane = await openSearch(page);
  const text = pane.getByRole('textbox', { name: 'Text of the space' });
  await text.fill(space.replace('k{3,5} s2', 'k{3 s2'));
  await expect(pane.getByText(/^line 3: /)).toBeVisible();
  await text.fill(space);
  await expect(pane.getByText('576 nets, 7 choices.')).toBeVisible();
  const limit = pane.getByRole('slider', { name: 'Params' });
  await limit.focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < 6; i++) await page.keyboard.press('PageUp');
  await expect(limit).toHaveAttribute('aria-valuetext', /^at most [\d.]+/);
  await pane.getByRole('spinbutton', { name: 'Nets judged' }).fill('300');
  await pane.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(pane.getByText(/, [1-9]\d* of 300 nets$/)).toBeVisible({ timeout: 30_000 });
  const begun = Date.now();
  await pane.getByRole('button', { name: 'Stop' }).click();
  const stands = pane.getByText(/^A search of my-space stands at \d+ of 300 nets\.$/);
  await expect(stands).toBeVisible();
  expect(Date.now() - begun).toBeLessThan(1500);

  await page.reload();
  pane = await openSearch(page);
  await expect(stands).toBeVisible();
  await expect(pane.getByRole('spinbutton', { name: 'Nets judged' })).toHaveValue('300');
  await pane.getByRole('button', { name: 'Go on' }).click();
  await expect(stands).toBeHidden();
  await expect(pane.getByRole('button', { name: 'Search', exact: true })).toBeEnabled({ timeout: 60_000 });
  await expect(pane.getByText(/on the front of \d+ nets/)).toBeVisible();
  // Nobody trained these nets: no per cent stands anywhere, and the sentence that says so does.
  expect(await pane.innerText()).not.toContain('%');
  await expect(pane.locator('[data-quality]')).toContainText('Accuracy was not measured.');
  await expect(pane.locator('path.random')).toHaveAttribute('d', /^M/);

  const chart = pane.getByRole('application', { name: /^Front of \d+ nets/ });
  await chart.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  const chosen = (await pane.getByRole('status').innerText()).replace(/^Net (\d+).*$/s, '$1');
  await expect(pane.getByRole('button', { name: 'Within 1 point of the best' })).toBeDisabled();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue(`my-space-${chosen}`);
  await pane.getByRole('button', { name: 'Copy a link' }).click();
  await expect(page.getByText('The link is copied')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());

  for (const name of ['Choices', 'Blocks', 'History']) {
    await pane.getByRole('tab', { name }).click();
    await pane
      .getByRole('radiogroup', { name: /^Show / })
      .getByRole('radio', { name: 'Table' })
      .click();
    expect(await pane.getByRole('row').count(), name).toBeGreaterThan(3);
    await pane
      .getByRole('radiogroup', { name: /^Show / })
      .getByRole('radio', { name: 'Chart' })
      .click();
  }
  await pane.getByRole('tab', { name: 'Choices' }).click();
  await pane.getByRole('button', { name: '3 k: k5' }).press('Enter');
  await expect(pane.getByRole('button', { name: /^Show all nets again/ })).toBeVisible();
  expect.soft(await axeFindings(page, 'section[aria-label="Search"]'), 'Choices').toEqual([]);
  await pane.getByRole('tab', { name: 'Front' }).click();
  const download = page.waitForEvent('download');
  await pane.getByRole('button', { name: 'SVG' }).click();
  expect((await download).suggestedFilename()).toBe('my-space-front.svg');
  expect.soft(await axeFindings(page, 'section[aria-label="Search"]'), 'Front').toEqual([]);

  await page.setViewportSize({ width: 360, height: 740 });
  expect(await sidewaysScroll(page)).toBe(0);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto('about:blank');
  await page.goto(link);
  pane = await openSearch(page);
  await expect(pane.getByText(/^A front from a link: \d+ nets of my-space\.$/)).toBeVisible();
  await expect(pane.getByRole('button', { name: 'Measure on mine' })).toBeVisible();
  await expect(text).toHaveValue(space);
});
