// The geometry of the chart of cost against accuracy: scales, points, frontier, and which names there is room for.
import { extent } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import { frontier, type PresetRow, type TimesHere } from './rows.ts';

export type CostMeasure = 'macs' | 'params' | 'here';
export type Accuracy = 'top1Timm' | 'top1Paper';

export interface Point {
  readonly row: PresetRow;
  readonly x: number;
  readonly y: number;
}
export interface Label {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'end';
}
export interface Chart {
  readonly points: readonly Point[];
  /** The best for their cost, by cost. */
  readonly best: readonly Point[];
  readonly labels: readonly Label[];
  readonly xTicks: readonly { readonly at: number; readonly value: number }[];
  readonly yTicks: readonly { readonly at: number; readonly value: number }[];
}

export const margin = { top: 16, right: 16, bottom: 40, left: 40 } as const;
const CHARACTER = 5.9;
const LINE = 13;

/** Lays out `rows` in a chart of this size in pixels; scales span `all`, so that searching does not move the points. */
export function chartOf(
  all: readonly PresetRow[],
  rows: readonly PresetRow[],
  cost: CostMeasure,
  accuracy: Accuracy,
  width: number,
  height: number,
  here: TimesHere = new Map(),
): Chart {
  const costOf = (row: PresetRow): number | undefined => (cost === 'here' ? here.get(row.name)?.ms : row[cost]);
  const priced = (row: PresetRow): number => costOf(row) ?? NaN;
  const has = (row: PresetRow): boolean => row[accuracy] !== undefined && costOf(row) !== undefined;
  const gain = (row: PresetRow): number => row[accuracy] ?? NaN;
  const known = all.filter(has);
  const [cheapest = 1, dearest = 10] = extent(known, priced);
  const [worst = 0, top = 100] = extent(known, gain);
  const x = scaleLog([cheapest / 1.15, dearest * 1.15], [margin.left, width - margin.right]);
  const y = scaleLinear([Math.floor(worst / 5) * 5, Math.ceil(top / 5) * 5], [height - margin.bottom, margin.top]);
  const points = rows.filter(has).map((row): Point => ({ row, x: x(priced(row)), y: y(gain(row)) }));
  const best = frontier(
    points,
    ({ row }) => priced(row),
    ({ row }) => gain(row),
  );
  return {
    points,
    best,
    labels: place(best, points, width),
    xTicks: x
      .ticks()
      .filter((value) => /^(0\.0*)?[125]0*$/.test(String(value)) && (/1/.test(String(value)) || width > 520))
      .map((value) => ({ at: x(value), value })),
    yTicks: y.ticks(6).map((value) => ({ at: y(value), value })),
  };
}

/** The point nearest to a place, within `reach` pixels. */
export function nearest(points: readonly Point[], x: number, y: number, reach = 24): Point | undefined {
  let found: Point | undefined;
  let least = reach;
  for (const point of points) {
    const distance = Math.hypot(point.x - x, point.y - y);
    if (distance < least) [least, found] = [distance, point];
  }
  return found;
}

/** Names of the given points that overlap neither each other nor a point, upper ones first. */
function place(wanted: readonly Point[], points: readonly Point[], width: number): Label[] {
  const taken: { left: number; right: number; top: number; bottom: number }[] = points.map(({ x, y }) => ({
    left: x - 4,
    right: x + 4,
    top: y - 4,
    bottom: y + 4,
  }));
  const labels: Label[] = [];
  for (const { row, x, y } of [...wanted].sort((a, b) => a.y - b.y)) {
    const length = row.name.length * CHARACTER;
    const places = [
      { x: x - 7, y: y - 4, anchor: 'end' as const },
      { x: x + 7, y: y + 12, anchor: 'start' as const },
      { x: x - 7, y: y + 4, anchor: 'end' as const },
      { x: x + 7, y: y + 4, anchor: 'start' as const },
      { x: x - 7, y: y - 12, anchor: 'end' as const },
    ];
    for (const { x: at, y: line, anchor } of places) {
      const box = {
        left: anchor === 'end' ? at - length : at,
        right: anchor === 'end' ? at : at + length,
        top: line - LINE + 4,
        bottom: line + 3,
      };
      const free = !taken.some(
        (other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top,
      );
      if (!free || box.left < margin.left || box.right > width - 4) continue;
      taken.push(box);
      labels.push({ name: row.name, x: at, y: line, anchor });
      break;
    }
  }
  return labels;
}
