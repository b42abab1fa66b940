// A net leaves the page as link, text, timm strings and PyTorch code, and the link opens it unchanged in another browser.
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { decodeLink, encodeLink } from '../src/graph/link/link.ts';
import { parse } from '../src/graph/notation/parse.ts';
import { expect, expectNet, netHash, open, openDialog, openPreset, test } from './fixture.ts';

async function linkOf(page: Page): Promise<string> {
  const dialog = await openDialog(page, 'Share');
  const link = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  return link;
}

/** Block lines of the net in an address. */
function blocksIn(address: string): number {
  const decoded = decodeLink(new URL(address).hash.slice(1));
  return decoded.ok ? parse(decoded.document.text).architecture.blocks.length : 0;
}

test('round trip into a second browser', async ({ page, browser, watch }) => {
  await open(page);
  await openPreset(page, 'mobilenetv4_hybrid_medium');
  const hash = await netHash(page);
  const link = await linkOf(page);
  expect(link.length).toBeLessThan(2000);

  const other = await browser.newContext();
  await watch.add(other);
  const theirs = await other.newPage();
  await theirs.goto(link);
  await expectNet(theirs, hash);
  await expect(theirs.getByRole('region', { name: 'Opened from a link' })).toContainText('mobilenetv4_hybrid_medium');
  await other.close();
});

test('a link does not take the place of the own net', async ({ page }) => {
  await open(page);
  await openPreset(page, 'mobilenetv3_small_050');
  const mine = await netHash(page);
  await page.waitForTimeout(600);
  const fragment = encodeLink({ name: 'theirs', text: 'input 3x96x96\nconv k3 s2 c8\npool\nlinear c10\n' });
  await page.goto('about:blank');
  await open(page, fragment);
  expect(await netHash(page)).not.toBe(mine);
  const strip = page.getByRole('region', { name: 'Opened from a link' });
  await expect(strip).toContainText('theirs');
  await strip.getByRole('button', { name: 'Back to mine' }).click();
  await expectNet(page, mine);
  await expect(strip).toBeHidden();
  await page.keyboard.press('Control+Shift+z');
  await expect(strip).toBeVisible();
  await strip.getByRole('button', { name: 'Keep it' }).click();
  await expect(strip).toBeHidden();
});

test('the address follows edits, and going back opens the net before', async ({ page }) => {
  await open(page);
  const first = await netHash(page);
  await openPreset(page, 'mobilenetv3_small_050');
  const second = await netHash(page);
  const opened = page.url();
  await page.getByRole('region', { name: 'Build' }).getByText('mbconv').first().click();
  await page.keyboard.press('Control+d');
  const edited = await netHash(page);
  expect(edited).not.toBe(second);
  // The address waits for a pause in the edits.
  await expect.poll(() => blocksIn(page.url())).toBe(1 + blocksIn(opened));
  await page.goBack();
  await expectNet(page, first);
  await page.goForward();
  await expectNet(page, edited);
  await expect(page.getByRole('region', { name: 'Opened from a link' })).toBeHidden();
});

test('text, timm strings and code can be copied', async ({ page }) => {
  await open(page);
  const dialog = await openDialog(page, 'Share');
  const copied = async (tab: string) => {
    await dialog.getByRole('tab', { name: tab }).click();
    await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
    await expect(dialog.getByRole('button', { name: 'Copied' })).toBeVisible();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  expect(await copied('Text')).toContain('mbconv x3  k3 s2 c32   e6');
  expect(await copied('timm')).toContain("['ir_r3_k3_s2_e6_c32'],");
  expect(await copied('PyTorch')).toContain('self.conv_stem = nn.Conv2d(3, 32, 3, stride=2, padding=1, bias=False)');
});

test('saved as a file and opened again', async ({ page }) => {
  await open(page);
  const hash = await netHash(page);
  const download = page.waitForEvent('download');
  await page.keyboard.press('Control+s');
  const file = await (await download).path();
  expect((await download).suggestedFilename()).toBe('mobilenetv2_100.arch');
  await openPreset(page, 'mobilenetv3_small_050');
  // Keys are the dialog's own until it has given the focus back.
  await expect(page.getByRole('button', { name: 'Presets' })).toBeFocused();
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('Control+o');
  await (await chooser).setFiles({ name: 'again.arch', mimeType: 'text/plain', buffer: await readFile(file) });
  await expectNet(page, hash);
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('again');
});
