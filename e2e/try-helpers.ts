// What the tests of the Try pane share: the pane, its answers, and a camera that shows the photos that ship.
import { createWriteStream, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Browser, type Locator, type Page } from '@playwright/test';
import { readPicture } from '../src/cli/picture.ts';
import { seenPicture, usualPreparation } from '../src/graph/pictures/preprocess.ts';
import { paste } from './give.ts';
import { resolvePreset } from '../src/graph/presets/resolve.ts';

export const tryPane = (page: Page): Locator => page.getByRole('region', { name: 'Try', exact: true });

/** Opens a net by its name with what is written behind it (`@128`), as a pasted text. */
export async function pasteNet(page: Page, name: string): Promise<void> {
  const preset = resolvePreset(name);
  if ('problem' in preset) throw new Error(preset.problem);
  await paste(page, preset.text);
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue(name);
}

/** Shows the Try pane and waits until its net is open. */
export async function openTry(page: Page, timeout = 120_000): Promise<Locator> {
  await page.getByRole('radiogroup', { name: 'Below the net' }).getByRole('radio', { name: 'Try' }).click();
  const pane = tryPane(page);
  await expect(pane.getByText(/^(WebGPU · .+|WebAssembly( · .+)?)$/)).toBeVisible({ timeout });
  return pane;
}

/** Runs the open net in WebGPU: on a software adapter WebAssembly is faster, so the page takes that by itself. */
export async function useWebgpu(pane: Locator, timeout = 120_000): Promise<void> {
  await pane.getByRole('button', { name: 'Use WebGPU' }).click();
  await expect(pane.getByText('WebGPU · SwiftShader')).toBeVisible({ timeout });
}

export const tab = (pane: Locator, name: string): Promise<void> => pane.getByRole('tab', { name }).click();

/** Labels of the five answers on the screen, the most probable first. */
export const answers = (pane: Locator): Promise<string[]> =>
  pane.getByRole('listitem').locator('.label').allTextContents();

/** Waits for an answer whose first label matches. */
export const expectAnswer = (pane: Locator, label: RegExp, timeout = 60_000): Promise<void> =>
  expect(pane.getByRole('listitem').locator('.label').first()).toHaveText(label, { timeout });

/** What each photo may be taken for. */
export const acceptable = {
  cat: /^(tabby|tiger cat|Egyptian cat)$/,
  espresso: /^espresso$/,
  rocket: /^(missile|projectile|space shuttle)$/,
} as const;

const size = { width: 320, height: 240 };
/** What a preparation with crop 0.875 sees of a frame: the photo, with a border around it. */
const inner = { width: 280, height: 210 };

/**
 * A .y4m file for Chromium's fake camera: each sample photo for `seconds`, over and over. Written to the system's temporary folder
 * until the tests end; returns its path.
 */
export async function cameraFile(
  name: string,
  photos: readonly (keyof typeof acceptable)[],
  seconds: number,
): Promise<string> {
  const rate = 10;
  const path = join(tmpdir(), `bottleneck-camera-${process.pid}-${name}.y4m`);
  process.once('exit', () => rmSync(path, { force: true }));
  const file = createWriteStream(path);
  file.write(`YUV4MPEG2 W${size.width} H${size.height} F${rate}:1 Ip A1:1 C420jpeg\n`);
  for (const photo of photos) {
    const picture = await readPicture(`public/samples/${photo}.jpg`);
    const rgb = seenPicture(picture, { ...usualPreparation, size: [inner.height, inner.width], crop: 1 });
    const frame = planes(framed(rgb));
    for (let i = 0; i < seconds * rate; i++) {
      file.write('FRAME\n');
      file.write(frame);
    }
  }
  await new Promise((resolve) => file.end(resolve));
  return path;
}

/** A photo of `inner` in the middle of a frame; its edges go on to the frame's. */
function framed(rgb: Uint8ClampedArray): Uint8ClampedArray {
  const result = new Uint8ClampedArray(size.width * size.height * 3);
  const clamp = (value: number, most: number): number => Math.max(0, Math.min(most - 1, value));
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++) {
      const row = clamp(y - (size.height - inner.height) / 2, inner.height);
      const column = clamp(x - (size.width - inner.width) / 2, inner.width);
      const from = (row * inner.width + column) * 3;
      result.set(rgb.subarray(from, from + 3), (y * size.width + x) * 3);
    }
  return result;
}

/** RGB → planar YCbCr 4:2:0, full range (JFIF). */
function planes(rgb: Uint8ClampedArray): Uint8ClampedArray {
  const { width, height } = size;
  const result = new Uint8ClampedArray((width * height * 3) / 2);
  const at = (x: number, y: number, c: number): number => rgb[(y * width + x) * 3 + c]!;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      result[y * width + x] = 0.299 * at(x, y, 0) + 0.587 * at(x, y, 1) + 0.114 * at(x, y, 2);
  for (let y = 0; y < height; y += 2)
    for (let x = 0; x < width; x += 2) {
      const mean = [0, 1, 2].map(
        (c) => (at(x, y, c) + at(x + 1, y, c) + at(x, y + 1, c) + at(x + 1, y + 1, c)) / 4,
      ) as [number, number, number];
      const [r, g, b] = mean;
      const place = (y / 2) * (width / 2) + x / 2;
      result[width * height + place] = 128 - 0.168736 * r - 0.331264 * g + 0.5 * b;
      result[(width * height * 5) / 4 + place] = 128 + 0.5 * r - 0.418688 * g - 0.081312 * b;
    }
  return result;
}

/** Memory that the page's and the GPU's processes hold, MiB (Linux: resident pages of 4 KiB). */
export async function memoryMiB(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo
    .filter(({ type }) => type === 'renderer' || type === 'GPU')
    .reduce((sum, { id }) => sum + Number(readFileSync(`/proc/${id}/statm`, 'utf8').split(' ')[1]) / 256, 0);
}

export const cameraFlags = (file: string): string[] => [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-video-capture=${file}`,
];

/** Puts crops of a sample photo, each a little elsewhere, into a file field, as a person who took several pictures would. */
export async function giveCrops(
  page: Page,
  field: Locator,
  photo: keyof typeof acceptable,
  count: number,
): Promise<void> {
  await field.evaluate(
    async (element, [name, many]) => {
      const response = await fetch(`samples/${name}.jpg`);
      const bitmap = await createImageBitmap(await response.blob());
      const files = new DataTransfer();
      for (let i = 0; i < many; i++) {
        const side = Math.floor(Math.min(bitmap.width, bitmap.height) * (0.75 + 0.02 * (i % 10)));
        const canvas = new OffscreenCanvas(128, 128);
        const x = ((bitmap.width - side) * (i % 7)) / 7;
        const y = ((bitmap.height - side) * (i % 5)) / 5;
        canvas.getContext('2d')?.drawImage(bitmap, x, y, side, side, 0, 0, 128, 128);
        files.items.add(
          new File([await canvas.convertToBlob({ type: 'image/png' })], `${name}-${i}.png`, { type: 'image/png' }),
        );
      }
      (element as HTMLInputElement).files = files.files;
      element.dispatchEvent(new Event('change', { bubbles: true }));
    },
    [photo, count] as const,
  );
}
