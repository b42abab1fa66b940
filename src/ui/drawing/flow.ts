// How the columns of a net flow into a pane: how many cards stand in a column and how many columns in a band, so that texts stay legible.
import { sizes } from './sizes.ts';
import type { Scene } from './scene.ts';

export interface Flow {
  /** Cards that one column holds; a longer one goes on in the next column. */
  readonly cards: number;
  /** Columns that stand beside each other; the next ones go into a band below. */
  readonly columns: number;
}

/** Columns of any length side by side. */
export const oneBand: Flow = { cards: Infinity, columns: Infinity };
/** Columns below each other: a pane that is taller than wide. */
export const stack: Flow = { cards: Infinity, columns: 1 };

/** The least zoom that a net is shown at unasked: the smallest text of a card is 11 CSS pixels high then. */
export const legible = 11 / sizes.text;

/** The parts that a column of so many units is cut into, as equal as can be. */
export function partsOf(count: number, cards: number): number[] {
  const parts = Math.max(1, Math.ceil(count / cards));
  const least = Math.floor(count / parts);
  return Array.from({ length: parts }, (_, index) => least + (index < count % parts ? 1 : 0));
}

/** Extent of a folded net at zoom 1. */
export function extentOf(counts: readonly number[], flow: Flow): { width: number; height: number } {
  const parts = counts.flatMap((count) => partsOf(count, flow.cards));
  let height = -sizes.bandGap;
  for (let from = 0; from < parts.length; from += flow.columns) {
    const longest = Math.max(...parts.slice(from, from + flow.columns));
    height += sizes.bandGap + sizes.header + longest * (sizes.card.height + sizes.gapY) - sizes.gapY;
  }
  return { width: Math.min(parts.length, flow.columns) * (sizes.card.width + sizes.gapX), height };
}

/**
 * The flow in which the whole net is largest in a pane; where it does not fit legibly, the one that is least high, as wide as the
 * pane at the least legible zoom: one scrolls it downwards like a page.
 */
export function flowInto(scene: Scene, pane: { readonly width: number; readonly height: number }, margin = 20): Flow {
  const counts = scene.columns.map(({ units }) => units.length);
  const longest = Math.max(1, ...counts);
  const lengths = Array.from({ length: longest - Math.min(longest, SHORTEST) + 1 }, (_, less) => longest - less);
  const at = (scale: number): readonly Flow[] => {
    const columns = Math.max(1, Math.floor((pane.width - 2 * margin) / scale / (sizes.card.width + sizes.gapX)));
    return lengths.map((cards) => ({ cards, columns }));
  };
  const heightOf = (flow: Flow): number => extentOf(counts, flow).height;
  for (const scale of [1, (1 + legible) / 2, legible]) {
    const fits = at(scale).find((flow) => heightOf(flow) * scale <= pane.height - 2 * margin);
    if (fits) return fits;
  }
  return at(legible).reduce((best, flow) => (heightOf(flow) < heightOf(best) ? flow : best));
}

/** Shorter parts would no longer read as a column. */
const SHORTEST = 3;
