// Where an anchor stands: the map that predicts it, its place there, and the size it begins with.
import type { Anchors, MapSizes } from './anchors.ts';

export interface AnchorPlace {
  /** Index of the map, from 0. */
  readonly map: number;
  readonly maps: number;
  readonly rows: number;
  readonly columns: number;
  readonly row: number;
  readonly column: number;
  /** Height and width, fractions of the picture. */
  readonly size: readonly [number, number];
  /** The node that made the map. */
  readonly node?: string | undefined;
}

/** `nodes`: what makes each map. Undefined for an anchor that is not there. */
export function anchorPlace(
  anchors: Anchors,
  maps: MapSizes,
  anchor: number,
  nodes: readonly (string | undefined)[] = [],
): AnchorPlace | undefined {
  let first = 0;
  for (const [map, [rows, columns]] of maps.entries()) {
    // Anchors of one place follow one another and share their centre.
    let each = 1;
    const same = (i: number): boolean =>
      anchors[4 * (first + i)] === anchors[4 * first] && anchors[4 * (first + i) + 1] === anchors[4 * first + 1];
    const rest = anchors.length / 4 - first;
    // A map of one place has all that is left until the next map's first centre: both may be the middle.
    if (rows * columns === 1) each = map === maps.length - 1 ? rest : onePlace(anchors, maps, map, first);
    else while (each < rest && same(each)) each++;
    const count = rows * columns * each;
    if (anchor < first + count) {
      const place = Math.floor((anchor - first) / each);
      return {
        map,
        maps: maps.length,
        rows,
        columns,
        row: Math.floor(place / columns),
        column: place % columns,
        size: [anchors[4 * anchor + 2] as number, anchors[4 * anchor + 3] as number],
        node: nodes[map],
      };
    }
    first += count;
  }
  return undefined;
}

/** Anchors of a map of one place with other maps behind it: an even share of those that have the middle as their centre. */
function onePlace(anchors: Anchors, maps: MapSizes, map: number, first: number): number {
  const alike = maps.slice(map).filter(([rows, columns]) => rows * columns === 1).length;
  return Math.floor((anchors.length / 4 - first) / alike);
}
