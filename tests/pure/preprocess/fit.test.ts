// Stretching, padding and parts of a picture: bytes as Pillow's `Image.resize(size, filter, box)` gives them, and the way back to the picture.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  fittedPicture,
  geometry,
  preparePicture,
  seenPicture,
  toPicture,
  usualPreparation,
  type Picture,
  type Preparation,
} from '../../../src/graph/pictures/preprocess.ts';

/** Channel c of pixel (x, y) is (37 x + 91 y + 53 c + 7 x y) mod 256. */
function pattern(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) data[(y * width + x) * 4 + c] = (37 * x + 91 * y + 53 * c + 7 * x * y) % 256;
  return { width, height, data };
}
const usual: Preparation = { ...usualPreparation, size: [1, 1], fit: 'stretch' };
const sha256 = (bytes: Uint8ClampedArray): string => createHash('sha256').update(bytes).digest('hex');

// SHA-256 of Pillow 13's RGB bytes; of the second picture it resizes columns first, which rounds to other bytes than up to version 12.
test.each([
  [[61, 47], [16, 24], undefined, 'bilinear', '03a6287d4c3da05bde1efdfa28209d80ab1e5f3f1381152e88176e7782086862'],
  [[61, 130], [40, 40], undefined, 'bicubic', '3eaad687fc92dbe28983d7c7a6f500426521cfd131025f3a684e0e2593b50089'],
  [
    [61, 47],
    [24, 24],
    [10.25, 3.5, 40.75, 34],
    'bilinear',
    'ecffafff73192450b0473ce1757ede39a0dab49083fb2b74133ccf2b3f68518d',
  ],
  [[61, 47], [32, 20], [0, 0, 61, 30.4], 'bicubic', '98f6671ab1e67aad4086c178733fdd771a85c0d343ada8b971443dd65d05b9df'],
  [
    [130, 61],
    [33, 33],
    [51.3, 7.1, 58.9, 14.7],
    'bilinear',
    'bf01e3d6413b588b1dade2b40c8f34afd5c2f1bd37ab95c76975c85e6775335d',
  ],
] as const)('%j stretched to %j, box %j, %s', ([width, height], size, box, interpolation, hash) => {
  const preparation = { ...usual, size, interpolation, ...(box && { box }) };
  expect(sha256(fittedPicture(pattern(width, height), preparation))).toBe(hash);
});

describe('pad', () => {
  const preparation: Preparation = {
    ...usual,
    fit: 'pad',
    size: [40, 40],
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  };
  const picture = pattern(61, 130);

  test('the longer side becomes the size, the other is rounded, the rest is grey', () => {
    const { width, height, area } = geometry(picture, preparation);
    expect([width, height, area]).toEqual([19, 40, { left: 0, top: 0, width: 19, height: 40 }]);
    const [seen, input] = [seenPicture(picture, preparation), preparePicture(picture, preparation)];
    const fitted = fittedPicture(picture, preparation);
    const at = (x: number, y: number): number => 3 * (40 * y + x);
    for (let y = 0; y < 40; y++)
      for (let x = 0; x < 40; x++) {
        const own = x < 19 ? (fitted[3 * (19 * y + x)] as number) : 128;
        expect(seen[at(x, y)]).toBe(own);
        // No byte is the grey's own value.
        expect(input[at(x, y)]).toBeCloseTo(x < 19 ? own / 127.5 - 1 : 0, 6);
      }
  });
});

test('a box beyond the picture shows its edge', () => {
  const picture: Picture = { width: 2, height: 1, data: Uint8Array.of(10, 20, 30, 255, 200, 210, 220, 255) };
  const preparation: Preparation = { ...usual, size: [1, 6], interpolation: 'bilinear', box: [-2, 0, 4, 1] };
  const reds = [...fittedPicture(picture, preparation)].filter((_, i) => i % 3 === 0);
  expect(reds).toEqual([10, 10, 10, 200, 200, 200]);
});

describe('the way back to the picture', () => {
  const picture = { width: 200, height: 100 };
  const corners = (preparation: Preparation): number[] => {
    const back = toPicture(picture, preparation);
    return [back.x(0), back.y(0), back.x(1), back.y(1)];
  };
  test('from what was cut, stretched, padded, and from a part', () => {
    const size = [50, 50] as const;
    expect(corners({ ...usual, size })).toEqual([0, 0, 200, 100]);
    expect(corners({ ...usual, size, fit: 'crop', crop: 1 })).toEqual([50, 0, 150, 100]);
    expect(corners({ ...usual, size, fit: 'pad' })).toEqual([0, 0, 200, 200]);
    expect(corners({ ...usual, size, box: [20, 30, 60, 70] })).toEqual([20, 30, 60, 70]);
  });
});
