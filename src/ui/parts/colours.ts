// Values as colours: the scales of feature maps, class maps, gates and attention, with their ranges.

export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/** `map`: dark to light for one sign, blue–white–red around zero for two. `heat`: transparent dark to yellow, for overlays. */
export type Palette = 'map' | 'heat';

/** Smallest and largest finite value; 0…0 when there is none. */
export function rangeOf(values: ArrayLike<number>, from = 0, to = values.length, step = 1): ValueRange {
  let min = Infinity;
  let max = -Infinity;
  for (let i = from; i < to; i += step) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : { min: 0, max: 0 };
}

type Colour = readonly [number, number, number];

/** Viridis, sampled at five places (van der Walt and Smith, CC0): dark to light, even to the eye, safe for the colour-blind. */
const viridis: readonly Colour[] = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];
/** Inferno's upper part: stands out on photographs. */
const inferno: readonly Colour[] = [
  [20, 11, 52],
  [101, 21, 110],
  [188, 55, 84],
  [243, 120, 25],
  [252, 255, 164],
];
const diverging: readonly Colour[] = [
  [5, 48, 97],
  [67, 147, 195],
  [247, 247, 247],
  [214, 96, 77],
  [103, 0, 31],
];

/** `share` 0 … 1 along the stops. */
function along(stops: readonly Colour[], share: number): Colour {
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(at));
  const [a, b] = [stops[index] as Colour, stops[index + 1] as Colour];
  const t = at - index;
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** True where the scale has a middle at zero. */
export const isSigned = ({ min, max }: ValueRange): boolean => min < 0 && max > 0;

/** Colour of one value. NaN and infinities are magenta: no scale has it. */
export function colourOf(value: number, range: ValueRange, palette: Palette = 'map'): Colour {
  if (!Number.isFinite(value)) return [255, 0, 255];
  const { min, max } = range;
  if (palette === 'map' && isSigned(range)) {
    const reach = Math.max(-min, max);
    return along(diverging, 0.5 + value / (2 * reach));
  }
  return along(palette === 'heat' ? inferno : viridis, max > min ? (value - min) / (max - min) : 0);
}

/** RGBA pixels of `values[from], values[from + step], …`. */
export function paint(
  values: ArrayLike<number>,
  range: ValueRange,
  palette: Palette = 'map',
  from = 0,
  step = 1,
): Uint8ClampedArray<ArrayBuffer> {
  const count = Math.ceil((values.length - from) / step);
  const pixels = new Uint8ClampedArray(count * 4);
  for (let i = 0; i < count; i++) {
    const [r, g, b] = colourOf(values[from + i * step] as number, range, palette);
    pixels.set([r, g, b, 255], i * 4);
  }
  return pixels;
}

/** A CSS gradient of the scale, left to right, for legends. */
export function gradientOf(range: ValueRange): string {
  const steps = 9;
  const stops = Array.from({ length: steps }, (_, i) => {
    const value = range.min + ((range.max - range.min) * i) / (steps - 1);
    return `rgb(${colourOf(value, range).map(Math.round).join(' ')})`;
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
