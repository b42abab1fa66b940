// The inputs of an import corpus: noise from a seed and photographs sampled without any arithmetic, as the corpus's contract defines them.
import type { DataType } from '../../graph/formats/model/model.ts';
import { isFloatType, zeros, type Tensor } from '../../graph/formats/model/tensor.ts';
import { fnv1a, mulberry32 } from '../../graph/random.ts';

/** Raw pixels of a photograph of 256 × 256 × RGB. */
export type EncodedPhoto = Uint8Array;

/** mulberry32 seeded with FNV-1a of `key`: 32-bit integers. */
function draws(key: string, count: number): Uint32Array {
  const next = mulberry32(fnv1a(key));
  return Uint32Array.from({ length: count }, () => next() * 2 ** 32);
}

/** Which axis holds the channels of what looks like pictures: last, second, or it is no picture. */
function layoutOf(shape: readonly number[]): 'NHWC' | 'NCHW' | undefined {
  if (shape.length !== 4 || Math.min(...shape) < 1) return undefined;
  const [, second = 0, , last = 0] = shape;
  if ([1, 3, 4].includes(last) && second >= 8) return 'NHWC';
  return [1, 3, 4].includes(second) && last >= 8 ? 'NCHW' : undefined;
}

/** Byte of channel c at pixel (y, x) of a picture of H × W: the photo's nearest pixel, grey for one channel, 255 for a fourth. */
function photoByte(
  photo: EncodedPhoto,
  y: number,
  x: number,
  c: number,
  [h, w, channels]: readonly [number, number, number],
): number {
  const at = (Math.floor((y * 256) / h) * 256 + Math.floor((x * 256) / w)) * 3;
  const [r, g, b] = [photo[at]!, photo[at + 1]!, photo[at + 2]!];
  if (channels === 1) return (77 * r + 150 * g + 29 * b + 128) >> 8;
  return c === 3 ? 255 : photo[at + c]!;
}

/** Input `index` of model `id`: `photo` sampled to its shape, or noise; `range` is what a float input's 0…1 or 0…255 is mapped to. */
export function corpusInput(
  id: string,
  index: number,
  photo: EncodedPhoto | undefined,
  type: DataType,
  shape: readonly number[],
  [low, high]: readonly [number, number],
): Tensor {
  const result = zeros(type, shape);
  const float = isFloatType(type);
  const integer = (byte: number): number =>
    type === 'int8' ? byte - 128 : type === 'int16' ? (byte - 128) * 256 : byte;
  if (!photo) {
    const random = draws(`${id}/${index}`, result.data.length);
    for (let i = 0; i < random.length; i++)
      result.data[i] = float ? low + (high - low) * (random[i]! / 2 ** 32) : integer(random[i]! >>> 24);
    return result;
  }
  const last = layoutOf(shape) === 'NHWC';
  const [n = 1, , ,] = shape;
  const [h, w, c] = (last ? [shape[1], shape[2], shape[3]] : [shape[2], shape[3], shape[1]]) as [
    number,
    number,
    number,
  ];
  const plane = (picture: number, y: number, x: number, channel: number): number =>
    last ? ((picture * h + y) * w + x) * c + channel : ((picture * c + channel) * h + y) * w + x;
  for (let picture = 0; picture < n; picture++)
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++)
        for (let channel = 0; channel < c; channel++) {
          const byte = photoByte(photo, y, x, channel, [h, w, c]);
          result.data[plane(picture, y, x, channel)] = float ? low + (high - low) * (byte / 255) : integer(byte);
        }
  return result;
}
