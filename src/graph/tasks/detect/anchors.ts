// Anchors of box predictors, as the programs that trained the nets lay them: TensorFlow, torchvision, and MediaPipe's BlazeFace.

/** Height and width of each map that predicts boxes, in the order of the anchors. */
export type MapSizes = readonly (readonly [number, number])[];

/** What an anchor is, in fractions of the picture; four numbers each: centre y, centre x, height, width. */
export type Anchors = Float64Array;

export interface SsdScales {
  /** Smallest and largest scale; the maps between have equal steps. */
  readonly lo: number;
  readonly hi: number;
}

/** Height and width of a box of a scale and an aspect ratio (width over height). */
type Size = readonly [number, number];
const sized = (scale: number, ratio: number): Size => [scale / Math.sqrt(ratio), scale * Math.sqrt(ratio)];

/** Every size of a map at every place of it: rows, then columns, then sizes. */
function laid(maps: MapSizes, sizes: (map: number) => readonly Size[]): Anchors {
  const values: number[] = [];
  for (const [map, [height, width]] of maps.entries()) {
    const own = sizes(map);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (const [h, w] of own) values.push((y + 0.5) / height, (x + 0.5) / width, h, w);
  }
  return Float64Array.from(values);
}

/** Scale of each map, and 1 behind the last. */
const scalesOf = (maps: number, { lo, hi }: SsdScales): readonly number[] => [
  ...Array.from({ length: maps }, (_, map) => (maps === 1 ? lo : lo + ((hi - lo) * map) / (maps - 1))),
  1,
];

/**
 * `ssd_anchor_generator` of TensorFlow's Object Detection API: every ratio at the map's scale, then a square between this scale and the
 * next; with `reduced` the first map has a square of 0.1 and the ratios 2 and 0.5.
 */
export function tensorflowAnchors(
  maps: MapSizes,
  { ratios, reduced, ...ends }: SsdScales & { readonly ratios: readonly number[]; readonly reduced: boolean },
): Anchors {
  const scales = scalesOf(maps.length, ends);
  return laid(maps, (map) => {
    const scale = scales[map] as number;
    if (map === 0 && reduced) return [sized(0.1, 1), sized(scale, 2), sized(scale, 0.5)];
    const between = Math.sqrt(scale * (scales[map + 1] as number));
    return [...ratios.map((ratio) => sized(scale, ratio)), sized(between, 1)];
  });
}

/** torchvision's `DefaultBoxGenerator`: a square, a square between the scales, then each ratio and its inverse; no side above 1. */
export function torchvisionAnchors(
  maps: MapSizes,
  { ratios, ...ends }: SsdScales & { readonly ratios: readonly number[] },
): Anchors {
  const scales = scalesOf(maps.length, ends);
  return laid(maps, (map) => {
    const scale = scales[map] as number;
    const squares = [sized(scale, 1), sized(Math.sqrt(scale * (scales[map + 1] as number)), 1)];
    return [...squares, ...ratios.flatMap((ratio) => [sized(scale, ratio), sized(scale, 1 / ratio)])].map(
      ([h, w]) => [Math.min(1, h), Math.min(1, w)] as const,
    );
  });
}

/** BlazeFace (arXiv 1907.05047 §3.2): anchors are places, with the whole picture as their size; `counts` at each place of a map. */
export const blazeAnchors = (maps: MapSizes, counts: readonly number[]): Anchors =>
  laid(maps, (map) => Array.from({ length: counts[map] ?? (counts.at(-1) as number) }, () => [1, 1] as const));
