// Resampling as Pillow 13 does it (src/libImaging/Resample.c): antialiased, separable, fixed-point sums rounded to bytes after each pass.
// torchvision and PyTorch Image Models prepare the pictures that checkpoints are evaluated on with it, so equal bytes mean equal answers.

export const interpolations = ['bilinear', 'bicubic'] as const;
export type Interpolation = (typeof interpolations)[number];

/** A picture as decoders give it: RGBA, 8 bits each, row by row from the top, not premultiplied. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** A part of a resized picture, in its pixels. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A part of a picture before it is resized: left, top, right, bottom, in its pixels, fractions allowed. */
export type SourceBox = readonly [number, number, number, number];

/** Weights of the source pixels of each output pixel along one axis, in units of 2⁻²². */
export interface ResampleTaps {
  /** First source pixel of each output pixel. */
  readonly from: Int32Array;
  /** Number of source pixels of each output pixel. */
  readonly count: Int32Array;
  /** `stride` weights an output pixel, the first `count` of them used. */
  readonly weights: Int32Array;
  readonly stride: number;
}

/** One in fixed point. */
export const tapUnit = 2 ** 22;

const filters = {
  bilinear: { support: 1, weight: (x: number): number => Math.max(0, 1 - Math.abs(x)) },
  // Keys' cubic with a = −0.5.
  bicubic: {
    support: 2,
    weight(x: number): number {
      const d = Math.abs(x);
      if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
      return d < 2 ? ((d - 5) * d + 8) * d * -0.5 + -4 * -0.5 : 0;
    },
  },
} as const;

/**
 * Weights for output pixels `first … first + length − 1` of an axis of `input` pixels, of which those from `from` to `to` are resized to
 * `output` (Pillow's `box`). Where that lies beyond the picture, its nearest pixel goes on.
 */
export function resampleTaps(
  input: number,
  output: number,
  first: number,
  length: number,
  interpolation: Interpolation,
  [given, until]: readonly [number, number] = [0, input],
): ResampleTaps {
  const { support, weight } = filters[interpolation];
  // Pillow's box is of float32, its difference too.
  const start = Math.fround(given);
  const scale = Math.fround(Math.fround(until) - start) / output;
  const widened = Math.max(1, scale);
  const narrowed = 1 / widened;
  const reach = support * widened;
  const stride = Math.ceil(reach) * 2 + 1;
  const from = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Int32Array(length * stride);
  const exact = new Float64Array(stride);
  for (let i = 0; i < length; i++) {
    const centre = start + (first + i + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(input, Math.trunc(centre + reach + 0.5));
    let sum = 0;
    for (let x = begin; x < end; x++) {
      const w = weight((x - centre + 0.5) * narrowed);
      exact[x - begin] = w;
      sum += w;
    }
    if (sum === 0) {
      from[i] = Math.min(input - 1, Math.max(0, Math.floor(centre)));
      count[i] = 1;
      weights[i * stride] = tapUnit;
      continue;
    }
    from[i] = begin;
    count[i] = end - begin;
    // Products of reciprocals, as Pillow has them: a quotient rounds to another weight now and then.
    const toShare = 1 / sum;
    for (let k = 0; k < end - begin; k++) {
      const share = (exact[k] as number) * toShare * tapUnit;
      weights[i * stride + k] = share < 0 ? Math.ceil(share - 0.5) : Math.floor(share + 0.5);
    }
  }
  return { from, count, weights, stride };
}

/** The lines of the picture that the second pass sums over: from the first to before the last. */
export const sourceLines = ({ from, count }: ResampleTaps): { readonly first: number; readonly last: number } => ({
  first: from[0] as number,
  last: (from.at(-1) as number) + (count.at(-1) as number),
});

type Sizes = { readonly width: number; readonly height: number };

/** True where columns are resized before rows, which rounds to other bytes: from version 13 on where much more height than width is lost. */
export const columnsFirst = (picture: Sizes, resized: Sizes): boolean =>
  picture.height > resized.height && picture.height - resized.height > 2 * (picture.width - resized.width);

/**
 * The part `area` of `picture`, or of a `box` of it, resized to `width` × `height`, as RGB bytes, row by row. Only what the part needs is computed.
 * `picture` must be opaque (see `onWhite` in preprocess.ts). The area must lie inside the resized picture.
 */
export function resample(
  picture: Picture,
  width: number,
  height: number,
  area: Area,
  interpolation: Interpolation,
  [left, top, right, bottom]: SourceBox = [0, 0, picture.width, picture.height],
): Uint8ClampedArray {
  const across = resampleTaps(picture.width, width, area.left, area.width, interpolation, [left, right]);
  const down = resampleTaps(picture.height, height, area.top, area.height, interpolation, [top, bottom]);
  const result = new Uint8ClampedArray(area.width * area.height * 3);
  const [pixel, line] = [
    { source: 4, result: 3 },
    { source: picture.width * 4, result: area.width * 3 },
  ];
  const transposed = columnsFirst(picture, { width, height });
  const [one, other] = transposed ? [down, across] : [across, down];
  const [along, beside] = transposed ? [line, pixel] : [pixel, line];
  const { first, last } = sourceLines(other);
  const [length, lines] = [one.from.length, other.from.length];
  const middle = new Uint8ClampedArray((last - first) * length * 3);
  for (let i = first; i < last; i++) {
    const source = { first: i * beside.source, step: along.source };
    pass(picture.data, one, length, source, middle, (i - first) * length * 3, 3);
  }
  for (let i = 0; i < length; i++) {
    const source = { first: (i - first * length) * 3, step: length * 3 };
    pass(middle, other, lines, source, result, i * along.result, beside.result);
  }
  return result;
}

/** One line of pixels: `length` outputs of 3 bytes from `source`, whose pixel p begins at `first + p · step`. */
function pass(
  source: Uint8Array | Uint8ClampedArray,
  { from, count, weights, stride }: ResampleTaps,
  length: number,
  { first, step }: { readonly first: number; readonly step: number },
  target: Uint8ClampedArray,
  at: number,
  targetStep: number,
): void {
  for (let i = 0; i < length; i++) {
    let p = first + (from[i] as number) * step;
    const w = i * stride;
    const n = count[i] as number;
    let r = tapUnit / 2;
    let g = tapUnit / 2;
    let b = tapUnit / 2;
    for (let k = 0; k < n; k++, p += step) {
      const weight = weights[w + k] as number;
      r += (source[p] as number) * weight;
      g += (source[p + 1] as number) * weight;
      b += (source[p + 2] as number) * weight;
    }
    const to = at + i * targetStep;
    // The half is in the sum: floor rounds to nearest, the array clamps to 0…255.
    target[to] = Math.floor(r / tapUnit);
    target[to + 1] = Math.floor(g / tapUnit);
    target[to + 2] = Math.floor(b / tapUnit);
  }
}
