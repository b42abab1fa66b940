// From a photo to a net's input, as the checkpoint's authors prepared theirs: resize, centre crop, scale to 0…1, subtract mean, divide by std.
import { resample, type Area, type Interpolation, type Picture } from './resample.ts';

export { interpolations, type Interpolation, type Picture } from './resample.ts';

/** How a picture must be prepared for a checkpoint; these differ per checkpoint. */
export interface Preprocessing {
  /** Per channel, of values scaled to 0…1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** Side of the centre crop as a fraction of the resized picture's shorter side. */
  readonly crop?: number;
  readonly interpolation?: 'bicubic' | 'bilinear';
}

/** Everything that turns a picture into an input. */
export interface Preparation {
  /** Height and width of the net's input, pixels. */
  readonly size: readonly [number, number];
  /** The resized picture's shorter side is the input's divided by this; the rest is cut off around the centre. 0 < crop ≤ 1. */
  readonly crop: number;
  readonly interpolation: Interpolation;
  /** Per channel, of values scaled to 0…1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** What most ImageNet recipes use; a checkpoint's own values replace it part by part. */
export const usualPreparation = {
  crop: 0.875,
  interpolation: 'bicubic',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const;

/** A checkpoint's preprocessing at the input size of `[channels, height, width]`. */
export const preparationFor = (
  [, height, width]: readonly [number, number, number],
  preprocessing: Partial<Preprocessing> = {},
): Preparation => ({ ...usualPreparation, ...preprocessing, size: [height, width] });

export interface Geometry {
  /** Size of the whole picture after resizing, pixels. */
  readonly width: number;
  readonly height: number;
  /** The part of it that the net sees. */
  readonly area: Area;
}

/**
 * Where resizing and cropping lead: torchvision's `Resize` (shorter side) and `CenterCrop` for square inputs; for others the smallest
 * picture of the same proportions that covers both sides, as PyTorch Image Models' `ResizeKeepRatio` makes it.
 */
export function geometry(
  picture: { readonly width: number; readonly height: number },
  { size, crop }: Preparation,
): Geometry {
  const [height, width] = size;
  const { width: w, height: h } = picture;
  const [coverWidth, coverHeight] = [Math.floor(width / crop), Math.floor(height / crop)];
  let resized: { width: number; height: number };
  if (coverWidth === coverHeight) {
    resized =
      w <= h
        ? { width: coverWidth, height: Math.trunc((coverWidth * h) / w) }
        : { width: Math.trunc((coverWidth * w) / h), height: coverWidth };
  } else {
    const ratio = Math.min(h / coverHeight, w / coverWidth);
    resized = { width: Math.max(width, roundHalfEven(w / ratio)), height: Math.max(height, roundHalfEven(h / ratio)) };
  }
  const area = {
    left: roundHalfEven((resized.width - width) / 2),
    top: roundHalfEven((resized.height - height) / 2),
    width,
    height,
  };
  return { ...resized, area };
}

/** Python's `round`. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** What the net sees, as RGB bytes, row by row, `size[0]` rows of `size[1]` pixels. */
export function seenPicture(picture: Picture, preparation: Preparation): Uint8ClampedArray {
  const { width, height, area } = geometry(picture, preparation);
  return resample(onWhite(picture), width, height, area, preparation.interpolation);
}

/** RGB bytes → the net's input `[1, H, W, 3]`. */
export function normalize(
  rgb: Uint8ClampedArray,
  { mean, std }: Pick<Preparation, 'mean' | 'std'>,
): Float32Array<ArrayBuffer> {
  const input = new Float32Array(rgb.length);
  for (let c = 0; c < 3; c++) {
    const [subtract, divide] = [mean[c] as number, std[c] as number];
    for (let i = c; i < rgb.length; i += 3) input[i] = ((rgb[i] as number) / 255 - subtract) / divide;
  }
  return input;
}

/** The net's input for a picture: `[1, H, W, 3]`, channel last. */
export const preparePicture = (picture: Picture, preparation: Preparation): Float32Array<ArrayBuffer> =>
  normalize(seenPicture(picture, preparation), preparation);

/** Lays a picture with transparent parts on white, as a page would show it; an opaque one comes back as it is. */
export function onWhite(picture: Picture): Picture {
  const { data } = picture;
  let at = 3;
  while (at < data.length && data[at] === 255) at += 4;
  if (at >= data.length) return picture;
  const opaque = Uint8ClampedArray.from(data);
  for (let i = 0; i < opaque.length; i += 4) {
    const alpha = opaque[i + 3] as number;
    for (let c = i; c < i + 3; c++) opaque[c] = 255 + (((opaque[c] as number) - 255) * alpha) / 255;
    opaque[i + 3] = 255;
  }
  return { ...picture, data: opaque };
}
