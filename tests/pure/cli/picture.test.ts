// Decoded pictures against Pillow's, to the bit: every EXIF orientation, progressive JPEG, PNG's kinds of pixel; refusals as sentences.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodePicture, readPicture } from '../../../src/cli/picture.ts';
import { seenPicture, usualPreparation } from '../../../src/graph/pictures/preprocess.ts';

interface Decoded {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly rgba: string;
}
interface Photo {
  readonly file: string;
  readonly rgba: string;
  readonly seen224: string;
}
const pillow = JSON.parse(readFileSync('test-data/preprocess/pillow.json', 'utf8')) as {
  files: Decoded[];
  photos: Photo[];
};
const sha256 = (bytes: Uint8Array | Uint8ClampedArray): string => createHash('sha256').update(bytes).digest('hex');

test.each(pillow.files)('$file', async ({ file, width, height, rgba }) => {
  const picture = await readPicture(`test-data/preprocess/${file}`);
  expect([picture.width, picture.height]).toEqual([width, height]);
  expect(sha256(picture.data)).toBe(rgba);
});

test.each(pillow.photos)('$file: decoded, resized and cropped', async ({ file, rgba, seen224 }) => {
  const picture = await readPicture(file);
  expect(sha256(picture.data)).toBe(rgba);
  expect(sha256(seenPicture(picture, { ...usualPreparation, size: [224, 224], crop: 1 }))).toBe(seen224);
});

test.each([
  ['no-such.jpg', 'there is no file "test-data/preprocess/no-such.jpg".'],
  ['pillow.json', 'is a JSON text; a picture (JPEG, PNG or WebP) is needed here.'],
  [
    'cmyk.jpg',
    'cannot be decoded as JPEG: Unsupported color conversion request (its colours may be CMYK: convert it to RGB).',
  ],
])('%s is refused with a sentence', async (file, sentence) => {
  await expect(readPicture(`test-data/preprocess/${file}`)).rejects.toThrow(sentence);
});

test('damaged files are refused, and the next picture decodes', async () => {
  const png = readFileSync('test-data/preprocess/rgb.png');
  await expect(decodePicture(png.subarray(0, 300), 'cut.png')).rejects.toThrow(
    '"cut.png" is cut short: its end is missing. Copy or download it again.',
  );
  const jpeg = readFileSync('test-data/preprocess/orientation-1.jpg');
  const noScan = new Uint8Array([...jpeg.subarray(0, 40), 0xff, 0xd9]);
  await expect(decodePicture(noScan, 'cut.jpg')).rejects.toThrow('"cut.jpg" is cut short');
  expect((await decodePicture(jpeg, 'whole.jpg')).width).toBe(48);
});
