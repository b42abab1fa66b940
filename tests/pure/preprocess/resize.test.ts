// Preprocessing against Pillow and torchvision, byte for byte (test-data/preprocess, made by make-fixtures.py), and its arithmetic.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  geometry,
  normalize,
  onWhite,
  preparationFor,
  preparePicture,
  seenPicture,
  usualPreparation,
  type Interpolation,
  type Picture,
} from '../../../src/graph/pictures/preprocess.ts';
import { resampleTaps, tapUnit } from '../../../src/graph/pictures/resample.ts';

interface Case {
  readonly picture: readonly [number, number];
  readonly size: readonly [number, number];
  readonly crop: number;
  readonly interpolation: Interpolation;
  readonly rgb: string;
}
const { cases } = JSON.parse(readFileSync('test-data/preprocess/pillow.json', 'utf8')) as { cases: Case[] };

function pattern(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      for (let c = 0; c < 3; c++) data[at + c] = (37 * x + 91 * y + 53 * c + 7 * x * y) % 256;
      data[at + 3] = 255;
    }
  return { width, height, data };
}

const solid = (width: number, height: number, rgba: readonly number[]): Picture => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 4 }, (_, i) => rgba[i % 4] as number),
});

describe('against Pillow', () => {
  test.each(cases)(
    '$picture.0×$picture.1 → $size.0×$size.1, crop $crop, $interpolation',
    ({ picture, rgb, ...rest }) => {
      const seen = seenPicture(pattern(...picture), { ...usualPreparation, ...rest });
      expect(Buffer.compare(Buffer.from(seen), Buffer.from(rgb, 'base64'))).toBe(0);
    },
  );
});

describe('taps', () => {
  test.each(['bilinear', 'bicubic'] as const)(
    '%s: weights of a pixel sum to one, whatever the sizes',
    (interpolation) => {
      for (const [input, output] of [
        [512, 224],
        [31, 224],
        [4000, 7],
        [1, 9],
        [224, 224],
      ] as const) {
        const { weights, count, from, stride } = resampleTaps(input, output, 0, output, interpolation);
        for (let i = 0; i < output; i++) {
          const sum = weights.subarray(i * stride, i * stride + (count[i] as number)).reduce((a, b) => a + b, 0);
          expect(Math.abs(sum / tapUnit - 1)).toBeLessThan(stride / tapUnit);
          expect((from[i] as number) + (count[i] as number)).toBeLessThanOrEqual(input);
        }
      }
    },
  );

  test('a part has the weights that the whole has there', () => {
    const whole = resampleTaps(100, 37, 0, 37, 'bicubic');
    const part = resampleTaps(100, 37, 5, 20, 'bicubic');
    expect([...part.from]).toEqual([...whole.from.subarray(5, 25)]);
    expect([...part.weights]).toEqual([...whole.weights.subarray(5 * whole.stride, 25 * whole.stride)]);
  });
});

describe('geometry', () => {
  const preparation = preparationFor([3, 224, 224], {
    mean: [0, 0, 0],
    std: [1, 1, 1],
    crop: 0.875,
    interpolation: 'bicubic',
  });

  test('the shorter side becomes floor(input ÷ crop), the longer follows and is truncated', () => {
    expect(geometry({ width: 512, height: 341 }, preparation)).toEqual({
      source: [0, 0, 512, 341],
      width: 384,
      height: 256,
      area: { left: 80, top: 16, width: 224, height: 224 },
    });
    expect(geometry({ width: 512, height: 929 }, preparation).height).toBe(464);
  });

  test('halves of the margin round to even, as in Python', () => {
    const at = (width: number) => geometry({ width, height: 224 }, { ...preparation, crop: 1 }).area.left;
    expect([at(225), at(227), at(229)]).toEqual([0, 2, 2]);
  });

  test('an input that is not square is covered on both sides', () => {
    const { width, height, area } = geometry({ width: 300, height: 300 }, preparationFor([3, 96, 160]));
    expect([width, height]).toEqual([182, 182]);
    expect(area).toEqual({ left: 11, top: 43, width: 160, height: 96 });
  });

  test('a picture of one pixel fills the input', () => {
    const input = preparePicture(solid(1, 1, [255, 0, 128, 255]), {
      ...preparation,
      size: [3, 2],
      mean: [0, 0, 0],
      std: [1, 1, 1],
    });
    expect([...input]).toEqual(Array.from({ length: 6 }, () => [1, 0, Math.fround(128 / 255)]).flat());
  });
});

test('normalize: (value ÷ 255 − mean) ÷ std, channel by channel', () => {
  const input = normalize(Uint8ClampedArray.from([255, 0, 51]), { mean: [0.5, 0.25, 0.2], std: [0.5, 0.5, 0.1] });
  expect([...input]).toEqual([1, -0.5, 0]);
});

test('transparent parts lie on white; opaque pictures are not copied', () => {
  expect([...onWhite(solid(1, 1, [0, 100, 255, 0])).data]).toEqual([255, 255, 255, 255]);
  expect([...onWhite(solid(1, 1, [0, 100, 255, 128])).data]).toEqual([127, 177, 255, 255]);
  const opaque = solid(2, 2, [1, 2, 3, 255]);
  expect(onWhite(opaque)).toBe(opaque);
});

test('a checkpoint’s values replace the usual ones part by part', () => {
  expect(preparationFor([3, 96, 128], { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] })).toEqual({
    size: [96, 128],
    crop: 0.875,
    interpolation: 'bicubic',
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  });
});
