// What a person gives to the page as a whole: a pasted text, a dropped file. The page takes them once its net stands, which may be after
// the load event, since storage is read in between.
import { expect, type Page } from '@playwright/test';

const listening = (page: Page): Promise<void> =>
  expect(page.getByRole('textbox', { name: 'Name of the net' })).toBeVisible();

/** What the browser does on Ctrl V outside of fields. */
export async function paste(page: Page, text: string): Promise<void> {
  await listening(page);
  await page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** Drops a file anywhere on the page. */
export const drop = (page: Page, name: string, content: Buffer | string): Promise<void> =>
  dropAll(page, [[name, content]]);

/** Drops files together, each with its name. */
export async function dropAll(
  page: Page,
  files: readonly (readonly [name: string, content: Buffer | string])[],
): Promise<void> {
  await listening(page);
  await page.evaluate(
    (given) => {
      const dataTransfer = new DataTransfer();
      for (const [file, base64] of given)
        dataTransfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], file));
      for (const type of ['dragenter', 'dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    },
    files.map(([name, content]) => [name, Buffer.from(content).toString('base64')] as const),
  );
}

/** Some seconds of a tone of 1 kHz at 22,050 Hz, as a WAV file of 16 bits. */
export function tone(seconds: number): Buffer {
  const rate = 22_050;
  const bytes = 2 * rate * seconds;
  const file = Buffer.alloc(44 + bytes);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + bytes, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(2 * rate, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(bytes, 40);
  for (let i = 0; i < bytes / 2; i++)
    file.writeInt16LE(Math.round(9000 * Math.sin((2000 * Math.PI * i) / rate)), 44 + 2 * i);
  return file;
}
