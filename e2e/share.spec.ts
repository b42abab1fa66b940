// A net leaves the page as link, QR code, frame, text, timm strings and PyTorch code, and the link opens it unchanged in another browser.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import jsQR from 'jsqr';
import type { FileChooser, Page } from '@playwright/test';
import { decodeLink, encodeLink } from '../src/graph/link/link.ts';
import { parse } from '../src/graph/notation/parse.ts';
import {
  axeFindings,
  expect,
  expectNet,
  netHash,
  open,
  openDialog,
  openPreset,
  sidewaysScroll,
  test,
} from './fixture.ts';

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
  // Before the page opens: what is asked for later may come too late for a picker that opens at once.
  const chooser = new Promise<FileChooser>((resolve) => page.once('filechooser', resolve));
  await open(page);
  const hash = await netHash(page);
  const download = page.waitForEvent('download');
  await page.keyboard.press('Control+s');
  const file = await (await download).path();
  expect((await download).suggestedFilename()).toBe('mobilenetv2_100.arch');
  await openPreset(page, 'mobilenetv3_small_050');
  await page.keyboard.press('Control+o');
  await (await chooser).setFiles({ name: 'again.arch', mimeType: 'text/plain', buffer: await readFile(file) });
  await expectNet(page, hash);
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('again');
});

test('a camera reads the link from the QR code; a net that is too long is offered as a file', async ({ page }) => {
  await open(page);
  const link = await linkOf(page);
  const dialog = await openDialog(page, 'Share');
  await dialog.getByRole('tab', { name: 'QR code' }).click();
  const code = dialog.getByRole('img', { name: 'QR code of the link to mobilenetv2_100' });
  const shot = await code.screenshot();
  const { data, width, height } = await page.evaluate(
    async (bytes) => {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d');
      if (!context) throw new Error('no canvas');
      context.drawImage(bitmap, 0, 0);
      const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      return { data: [...data], width, height };
    },
    [...shot],
  );
  expect(jsQR(new Uint8ClampedArray(data), width, height)?.data).toBe(link);
  expect(await axeFindings(page)).toEqual([]);

  // Comments that do not compress.
  const noise = Array.from({ length: 3200 }, (_, at) =>
    ((at * 7919 + at * at * 104_729) % 1_000_003).toString(36),
  ).join('');
  const text = `# ${noise.slice(0, 3600)}\ninput 3x64x64\nconv k3 s2 c8\npool\nlinear c10\n`;
  await page.goto('about:blank');
  await open(page, encodeLink({ name: 'long', text }));
  await openDialog(page, 'Share');
  await dialog.getByRole('tab', { name: 'QR code' }).click();
  await expect(dialog).toContainText('a QR code holds at most 2,953');
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save the net as a file' }).click();
  expect(await readFile(await (await download).path(), 'utf8')).toBe(text);
});

test('the embed shows the net inside another site and leaves the stored net alone', async ({
  page,
  watch,
  baseURL,
}) => {
  watch.allow(/^request: http:\/\/127\.0\.0\.1:\d+\/|favicon|404/);
  await open(page);
  await openPreset(page, 'mobilenetv3_small_050');
  const mine = await netHash(page);
  const dialog = await openDialog(page, 'Share');
  await dialog.getByRole('tab', { name: 'Embed' }).click();
  const snippet = await dialog.getByRole('region', { name: 'HTML of a frame' }).innerText();
  await expect(dialog.getByText('This host forbids')).toBeHidden();
  await page.waitForTimeout(600);

  // Another site: another origin. A site may frame the embed, and not the editor.
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>Blog</title>${snippet.replaceAll('640', '320').replaceAll('400', '240')}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await page.addInitScript(() => {
      const touched = (what: string) => () => {
        throw new Error(`the embed touched ${what}`);
      };
      if (!location.search.includes('embed')) return;
      Object.defineProperty(window, 'localStorage', { get: touched('localStorage') });
      Object.defineProperty(window, 'sessionStorage', { get: touched('sessionStorage') });
      Object.defineProperty(window, 'indexedDB', { get: touched('indexedDB') });
      Object.defineProperty(window, 'caches', { get: touched('caches') });
      Object.defineProperty(window, 'Worker', { get: touched('workers') });
    });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const frame = page.frameLocator('iframe');
    await expect(frame.locator('[data-net]')).toHaveAttribute('data-net', mine);
    await expect(frame.getByRole('heading', { name: 'mobilenetv3_small_050' })).toBeVisible();
    await expect(frame.getByText('Params')).toBeVisible();
    await expect(frame.getByRole('group', { name: 'Graph of the net' }).getByRole('button').first()).toBeVisible();
    await expect(frame.getByRole('button', { name: 'Share' })).toHaveCount(0);
    await expect(frame.getByRole('textbox')).toHaveCount(0);
    const opened = page.waitForEvent('popup');
    await frame.getByRole('link', { name: 'Open in Bottleneck' }).click();
    const popup = await opened;
    await expect(popup.getByRole('banner').getByRole('button', { name: 'Share' })).toBeVisible();
    expect(new URL(popup.url()).search).toBe('');
    await popup.close();
  } finally {
    server.close();
  }

  const headers = async (path: string) => (await page.request.get(path)).headers()['content-security-policy'] ?? '';
  expect(await headers(`${baseURL}`)).toContain("frame-ancestors 'none'");
  expect(await headers(`${baseURL}index.html`)).toContain("frame-ancestors 'none'");
  expect(await headers(`${baseURL}?embed`)).toContain('frame-ancestors *');
});

test('the embed alone: every size from 320×240, later fragments, addresses without a net; the own net is as it was', async ({
  page,
}) => {
  await open(page);
  await openPreset(page, 'mobilenetv3_small_050');
  const mine = await netHash(page);
  await page.waitForTimeout(600);
  const theirs = encodeLink({
    name: 'a name that is eighty signs long, '.repeat(3).slice(0, 80),
    text: 'input 3x96x96\nconv k3 s2 c8\npool\nlinear c10\n',
  });
  await page.goto(`./?embed#${theirs}`);
  await expect(page.locator('[data-net]')).not.toHaveAttribute('data-net', mine);
  for (const [width, height] of [
    [320, 240],
    [360, 640],
    [640, 400],
    [1440, 900],
  ] as const) {
    await page.setViewportSize({ width, height });
    expect(await sidewaysScroll(page)).toBe(0);
    await expect(page.getByRole('link', { name: 'Open in Bottleneck' })).toBeInViewport({ ratio: 1 });
    const graph = await page.getByRole('group', { name: 'Graph of the net' }).boundingBox();
    expect(graph?.height).toBeGreaterThan(height / 2);
    expect(await axeFindings(page)).toEqual([]);
  }
  await page.evaluate(() => (location.hash = '#2.00000000.AAAA'));
  await expect(page.getByRole('alert')).toContainText('checksum');
  await page.evaluate(() => (location.hash = ''));
  await expect(page.getByRole('alert')).toContainText('no net in this address');
  await page.evaluate((fragment) => (location.hash = fragment), theirs);
  await expect(page.getByRole('group', { name: 'Graph of the net' })).toBeVisible();
  await page.goto('about:blank');
  await open(page);
  expect(await netHash(page)).toBe(mine);
});
