// From a photo to a net's input, as the checkpoint's authors prepared theirs: fit to the size, scale to 0…1, subtract mean, divide by std.
import { resample, type Area, type Interpolation, type Picture, type SourceBox } from './resample.ts';

export { interpolations, type Interpolation, type Picture, type SourceBox } from './resample.ts';

/**
 * How a picture of other proportions comes to the input's: `crop` resizes and cuts its centre out, `stretch` gives up its proportions, `pad`
 * resizes it to fit, places it top left and leaves the rest grey.
 */
export const fits = ['crop', 'stretch', 'pad'] as const;
export type Fit = (typeof fits)[number];

/** How a picture must be prepared for a checkpoint; these differ per checkpoint. */
export interface Preprocessing {
  /** Per channel, of values scaled to 0…1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** Side of the centre crop as a fraction of the resized picture's shorter side. */
  readonly crop?: number;
  readonly interpolation?: 'bicubic' | 'bilinear';
  readonly fit?: Fit;
}

/** Everything that turns a picture into an input. */
export interface Preparation {
  /** Height and width of the net's input, pixels. */
  readonly size: readonly [number, number];
  /** The resized picture's shorter side is the input's divided by this; the rest is cut off around the centre. 0 < crop ≤ 1. */
  readonly crop: number;
  /** `crop` when not given; the others know no `crop`. */
  readonly fit?: Fit;
  /** The part of the picture that the net is to see, as if it were the whole. */
  readonly box?: SourceBox;
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
  /** The part of the picture that is resized. */
  readonly source: SourceBox;
  /** Size of that part after resizing, pixels. */
  readonly width: number;
  readonly height: number;
  /** The part of it that the net sees; with `pad` smaller than the input. */
  readonly area: Area;
}

type Sizes = { readonly width: number; readonly height: number };

/** Where fitting leads. */
export function geometry(picture: Sizes, { size, crop, fit = 'crop', box }: Preparation): Geometry {
  const source: SourceBox = box ?? [0, 0, picture.width, picture.height];
  const whole = { width: source[2] - source[0], height: source[3] - source[1] };
  const [height, width] = size;
  if (fit === 'crop') return { source, ...cropped(whole, size, crop) };
  const resized = fit === 'stretch' ? { width, height } : inside(whole, size);
  return { source, ...resized, area: { left: 0, top: 0, ...resized } };
}

/** The largest picture of the same proportions that the size holds. */
function inside({ width: w, height: h }: Sizes, [height, width]: Preparation['size']): Sizes {
  const scale = Math.min(width / w, height / h);
  const side = (length: number, most: number): number => Math.min(most, Math.max(1, roundHalfEven(length * scale)));
  return { width: side(w, width), height: side(h, height) };
}

/**
 * torchvision's `Resize` (shorter side) and `CenterCrop` for square inputs; for others the smallest picture of the same proportions that
 * covers both sides, as PyTorch Image Models' `ResizeKeepRatio` makes it.
 */
function cropped(
  { width: w, height: h }: Sizes,
  [height, width]: Preparation['size'],
  crop: number,
): Omit<Geometry, 'source'> {
  const [coverWidth, coverHeight] = [Math.floor(width / crop), Math.floor(height / crop)];
  let resized: Sizes;
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

/** From places in the net's input (fractions of it, x and y) to places in the picture, pixels. */
export interface ToPicture {
  x(fraction: number): number;
  y(fraction: number): number;
}

/** The way back from the net's input: where in the picture a place that the net names is. */
export function toPicture(picture: Sizes, preparation: Preparation): ToPicture {
  const { source, width, height, area } = geometry(picture, preparation);
  const [left, top, right, bottom] = source;
  const [rows, columns] = preparation.size;
  return {
    x: (fraction) => left + ((area.left + fraction * columns) * (right - left)) / width,
    y: (fraction) => top + ((area.top + fraction * rows) * (bottom - top)) / height,
  };
}

/** Python's `round`. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** What of the picture the net sees, as RGB bytes, row by row; with `pad` without the grey. */
export function fittedPicture(picture: Picture, preparation: Preparation): Uint8ClampedArray {
  const { source, width, height, area } = geometry(picture, preparation);
  return resample(onWhite(picture), width, height, area, preparation.interpolation, source);
}

/** What the net sees, as RGB bytes, row by row, `size[0]` rows of `size[1]` pixels. */
export function seenPicture(picture: Picture, preparation: Preparation): Uint8ClampedArray {
  const { area } = geometry(picture, preparation);
  const [rows, columns] = preparation.size;
  return placed(
    fittedPicture(picture, preparation),
    area,
    new Uint8ClampedArray(rows * columns * 3).fill(128),
    columns,
  );
}

/** Lays the area's values, 3 a pixel, into the top left of the whole. */
function placed<T extends Uint8ClampedArray | Float32Array>(
  values: T,
  { width, height }: Area,
  whole: T,
  columns: number,
): T {
  if (values.length === whole.length) return values;
  for (let y = 0; y < height; y++) whole.set(values.subarray(y * width * 3, (y + 1) * width * 3), y * columns * 3);
  return whole;
}

/** The grey beside a picture that does not fill the input: the middle of the bytes, which no byte is. */
const grey = 0.5;

/** What the net is given where no picture is, a channel. */
export const padding = ({ mean, std }: Pick<Preparation, 'mean' | 'std'>): readonly number[] =>
  mean.map((subtract, c) => (grey - subtract) / (std[c] as number));

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
export function preparePicture(picture: Picture, preparation: Preparation): Float32Array<ArrayBuffer> {
  const { area } = geometry(picture, preparation);
  const [rows, columns] = preparation.size;
  const values = normalize(fittedPicture(picture, preparation), preparation);
  if (area.width === columns && area.height === rows) return values;
  const beside = padding(preparation);
  const whole = Float32Array.from({ length: rows * columns * 3 }, (_, i) => beside[i % 3] as number);
  return placed(values, area, whole, columns);
}

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
