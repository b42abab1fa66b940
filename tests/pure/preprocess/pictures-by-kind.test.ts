// Pictures of every kind through the one decoder of the page and the command line: turned as EXIF says in all three formats, and refused
// with a sentence where they are cut short, damaged, too large or no picture.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { decodePicture } from '../../../src/cli/picture.ts';
import { readPictureHeader } from '../../../src/graph/formats/pictures/header.ts';
import type { Picture } from '../../../src/graph/pictures/resample.ts';
import { concat, jpeg, png, pngChunk, startEncoders, webp } from './encoded.ts';

beforeAll(startEncoders);

/** Opaque colours in blocks of 8 pixels, so that JPEG keeps them apart. */
function drawn(width: number, height: number, seed: number): Picture {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const block = (x >> 3) * 31 + (y >> 3) * 17 + seed;
      data.set([(block * 53) & 255, (block * 97) & 255, (block * 193) & 255, 255], 4 * (y * width + x));
    }
  return { width, height, data };
}

/** EXIF 2.3, "Orientation": which side of the scene the stored rows and columns begin at. */
function seen({ width, height, data }: Picture, orientation: number): Picture {
  const exchanged = orientation >= 5;
  const [w, h] = exchanged ? [height, width] : [width, height];
  const out = new Uint8ClampedArray(data.length);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const [sx, sy] = [
        [x, y],
        [width - 1 - x, y],
        [width - 1 - x, height - 1 - y],
        [x, height - 1 - y],
        [y, x],
        [y, height - 1 - x],
        [width - 1 - y, height - 1 - x],
        [width - 1 - y, x],
      ][orientation - 1] as [number, number];
      out.set(data.subarray(4 * (sy * width + sx), 4 * (sy * width + sx) + 4), 4 * (y * w + x));
    }
  return { width: w, height: h, data: out };
}

const formats = { jpeg, png: (picture: Picture, o?: number) => Promise.resolve(png(picture, o)), webp } as const;
const someFormat = fc.constantFrom(...(Object.keys(formats) as (keyof typeof formats)[]));
const somePicture = fc
  .tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 }), fc.nat(999))
  .map((all) => drawn(...all));

test('11-exif-in-png: 100 pictures in three formats and eight orientations', async () => {
  await fc.assert(
    fc.asyncProperty(someFormat, somePicture, fc.integer({ min: 1, max: 8 }), async (format, picture, orientation) => {
      const plain = await decodePicture(await formats[format](picture), 'plain');
      const turned = await decodePicture(await formats[format](picture, orientation), 'turned');
      expect(turned).toEqual(seen(plain, orientation));
      if (format !== 'jpeg') expect(plain).toEqual(picture);
    }),
    { numRuns: 100 },
  );
  const picture = drawn(24, 16, 5);
  // Wherever the chunk stands, whatever the byte order; numbers that EXIF does not know count as 1.
  expect(await decodePicture(png(picture, 6, true), 'behind')).toEqual(seen(picture, 6));
  expect((await decodePicture(await jpeg(picture, 8, true), 'little')).width).toBe(16);
  for (const odd of [0, 9, 255]) expect(await decodePicture(png(picture, odd), 'odd')).toEqual(picture);
});

test('05-truncated-jpeg: 150 pictures cut anywhere are refused, and the next one decodes', async () => {
  await fc.assert(
    fc.asyncProperty(
      someFormat,
      somePicture,
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      async (format, picture, share) => {
        const whole = await formats[format](picture);
        const cut = whole.subarray(0, Math.max(1, Math.floor(share * whole.length)));
        await expect(decodePicture(cut, `cut.${format}`)).rejects.toThrow(new RegExp(`^"cut\\.${format}" .{10,}\\.$`));
        expect((await decodePicture(whole, 'whole')).width).toBe(picture.width);
      },
    ),
    { numRuns: 150 },
  );
});

test('a JPEG whose end was put back, a scan with lost bytes: the decoder’s warnings are errors', async () => {
  const noisy = drawn(64, 64, 3);
  for (let i = 0; i < noisy.data.length; i++) if (i % 4 !== 3) noisy.data[i] = (i * i * 31 + i * 7) & 255;
  const whole = await jpeg(noisy);
  const from = Math.floor(whole.length / 2);
  const ended = concat(whole.subarray(0, Math.floor((from + whole.length) / 2)), [0xff, 0xd9]);
  await expect(decodePicture(ended, 'ended.jpg')).rejects.toThrow(
    /^"ended\.jpg" cannot be decoded as JPEG: .*damaged or cut short\.$/,
  );
  const lost = concat(whole.subarray(0, from), whole.subarray(from + 40));
  await expect(decodePicture(lost, 'lost.jpg')).rejects.toThrow('"lost.jpg" cannot be decoded as JPEG');
});

test('a PNG with a wrong bit is refused by its checksum; other programs’ data behind a picture do not matter', async () => {
  const whole = png(drawn(20, 20, 1));
  for (let at = 20; at < whole.length - 8; at += 7) {
    const wrong = whole.slice();
    wrong[at]! ^= 4;
    // A length that changed makes the file too short, or another chunk begin.
    await expect(decodePicture(wrong, 'wrong.png')).rejects.toThrow('"wrong.png" ');
  }
  for (const format of ['jpeg', 'png', 'webp'] as const) {
    const file = await formats[format](drawn(20, 12, 2));
    expect(await decodePicture(concat(file, new Uint8Array(99)), 'more')).toEqual(await decodePicture(file, 'file'));
  }
});

test('29-huge-png: size is read from the header, before anything is decoded', async () => {
  const size = (width: number, height: number): Uint8Array => {
    const header = new Uint8Array(13);
    new DataView(header.buffer).setUint32(0, width);
    new DataView(header.buffer).setUint32(4, height);
    header.set([1, 0, 0, 0, 0], 8);
    return concat(
      [0x89],
      'PNG\r\n\x1a\n',
      pngChunk('IHDR', header),
      pngChunk('IDAT', new Uint8Array(100)),
      pngChunk('IEND', new Uint8Array(0)),
    );
  };
  const started = performance.now();
  await expect(decodePicture(size(30_000, 30_000), 'huge.png')).rejects.toThrow(
    '"huge.png" has 900 megapixels (30000×30000); at most 200 are read, so use a smaller picture.',
  );
  const small = await jpeg(drawn(16, 16, 1));
  const frame = small.findIndex((byte, i) => byte === 0xff && (small[i + 1] === 0xc0 || small[i + 1] === 0xc2));
  const wide = small.slice();
  wide.set([0xff, 0xdc, 0xff, 0xdc], frame + 5);
  await expect(decodePicture(wide, 'wide.jpg')).rejects.toThrow('"wide.jpg" has 4,290 megapixels (65500×65500)');
  expect(performance.now() - started).toBeLessThan(1000);
  expect(readPictureHeader(size(20_000, 10_000), 'just.png')).toMatchObject({ width: 20_000, height: 10_000 });
});
