// The rows of the preset gallery: what each published net costs and how accurate it is, and how they are searched and sorted.
import { presets } from '../../../graph/presets/catalogue.ts';
import costs from './preset-costs.json';

export interface PresetRow {
  readonly name: string;
  readonly family: string;
  readonly paper: string;
  readonly params: number;
  readonly macs: number;
  /** Height and width in pixels. */
  readonly input: readonly [number, number];
  /** ImageNet top-1 in percent as the authors give it. */
  readonly top1Paper?: number;
  /** `recalled`: from memory, not read in the source. */
  readonly top1Basis?: 'read' | 'recalled';
  /** ImageNet top-1 in percent as timm measures the default checkpoint. */
  readonly top1Timm?: number;
  /** The checkpoint that {@link top1Timm} is of. */
  readonly checkpoint?: string;
  readonly searchText: string;
}

/** Name → [parameters, MACs, height, width] of the preset as it opens. */
const counted = costs as unknown as Readonly<Record<string, readonly [number, number, number, number]>>;

export const presetRows: readonly PresetRow[] = presets.map((preset) => {
  const [params = NaN, macs = NaN, height = NaN, width = NaN] = counted[preset.name] ?? [];
  const [checkpoint] = preset.checkpoints;
  return {
    name: preset.name,
    family: preset.family,
    paper: preset.paper,
    params,
    macs,
    input: [height, width],
    top1Paper: preset.top1Paper,
    top1Basis: preset.top1Basis,
    top1Timm: checkpoint?.top1Timm,
    checkpoint: checkpoint?.hubId,
    searchText: `${preset.name} ${preset.family} ${preset.paper}`.toLowerCase(),
  };
});

export const families: readonly string[] = [...new Set(presetRows.map(({ family }) => family))];

export const sortKeys = ['name', 'params', 'macs', 'input', 'here', 'top1Paper', 'top1Timm'] as const;
export type PresetSortKey = (typeof sortKeys)[number];
export interface Sort {
  readonly key: PresetSortKey;
  readonly descending: boolean;
}

/** What a device took for a net, milliseconds by name; a net that was not timed is missing. */
export type TimesHere = ReadonlyMap<string, { readonly ms: number }>;

/** Rows that hold every word and are of the family (empty = any); without a sort in the catalogue's order. */
export function findRows(
  rows: readonly PresetRow[],
  search: string,
  family: string,
  sort?: Sort,
  here: TimesHere = new Map(),
): readonly PresetRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter(
    (row) => (family === '' || row.family === family) && words.every((word) => row.searchText.includes(word)),
  );
  return sort ? found.sort((a, b) => compare(a, b, sort, here)) : found;
}

/** A click on a column's head: names begin with A, accuracy with the best, costs with the least; the third click ends sorting. */
export function nextSort(sort: Sort | undefined, key: PresetSortKey): Sort | undefined {
  const descending = key.startsWith('top1');
  if (sort?.key !== key) return { key, descending };
  return sort.descending === descending ? { key, descending: !descending } : undefined;
}

function compare(a: PresetRow, b: PresetRow, { key, descending }: Sort, here: TimesHere): number {
  const sign = descending ? -1 : 1;
  if (key === 'name') return sign * a.name.localeCompare(b.name, 'en', { numeric: true });
  const value = (row: PresetRow): number | undefined => {
    if (key === 'here') return here.get(row.name)?.ms;
    return key === 'input' ? row.input[0] * row.input[1] : row[key];
  };
  const [x, y] = [value(a), value(b)];
  // Rows without the figure go last in either direction.
  if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
  return sign * (x - y);
}

/** The rows that no other row beats: none is both cheaper and more accurate. Ordered by cost. */
export function frontier<T>(rows: readonly T[], cost: (row: T) => number, gain: (row: T) => number): T[] {
  const byCost = [...rows].sort((a, b) => cost(a) - cost(b) || gain(b) - gain(a));
  let best = -Infinity;
  return byCost.filter((row) => {
    const better = gain(row) > best;
    if (better) best = gain(row);
    return better;
  });
}
