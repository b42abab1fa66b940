// What Share draws as a QR code is read back by another decoder, for links of every length that fits.
import jsQR from 'jsqr';
import { describe, expect, it } from 'vitest';
import { mostQrBytes, qrDrawing, type QrDrawing } from '../../../../src/ui/dialogs/share/qr.ts';

const SCALE = 4;

/** Fills the path's rectangles as a browser would. */
function pixels({ size, path }: QrDrawing): { data: Uint8ClampedArray; side: number } {
  const side = size * SCALE;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  let drawn = '';
  for (const [run, x, y, width, back] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)) {
    expect(back).toBe(width);
    drawn += run;
    for (let row = Number(y) * SCALE; row < (Number(y) + 1) * SCALE; row++)
      for (let column = Number(x) * SCALE; column < (Number(x) + Number(width)) * SCALE; column++)
        data.fill(0, (row * side + column) * 4, (row * side + column) * 4 + 3);
  }
  expect(drawn).toBe(path);
  return { data, side };
}

/** A link of so many characters, the same in every run. */
function linkOf(length: number): string {
  const signs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const start = 'https://example.org/bottleneck/#2.0123abcd.';
  let state = length;
  const next = (): string => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return signs[state >>> 26] ?? '';
  };
  return start + Array.from({ length: length - start.length }, next).join('');
}

describe('the QR code of a link', () => {
  it.each([...Array.from({ length: 19 }, (_, index) => 60 + index * 152), mostQrBytes])(
    'of %i characters says the link',
    (length) => {
      const link = linkOf(length);
      expect(link).toHaveLength(length);
      const drawing = qrDrawing(link);
      if (!drawing) throw new Error('no code');
      const { data, side } = pixels(drawing);
      expect(jsQR(data, side, side)?.data).toBe(link);
    },
  );

  it('is none where the link is too long', () => {
    expect(qrDrawing(linkOf(mostQrBytes + 1))).toBeUndefined();
    expect(qrDrawing('ö'.repeat(mostQrBytes / 2 + 1))).toBeUndefined();
  });
});
