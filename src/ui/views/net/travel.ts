// Where an arrow key leads in the laid-out net: along a column, or to the nearest card of the column beside it.
import type { Layout } from '../../drawing/layout.ts';
import type { PlacedUnit, Rect } from '../../drawing/placed.ts';

/** The card that `key` leads to from `placed`, or undefined where there is none or the key is no travel key. */
export function traveled(layout: Layout, placed: PlacedUnit, key: string): PlacedUnit | undefined {
  const index = layout.units.indexOf(placed);
  const columnOf = (box: Rect): number =>
    layout.columns.findIndex(
      ({ x, y, width, height }) => box.x >= x && box.x < x + width + 1 && box.y >= y && box.y < y + height,
    );
  const sideways = (by: 1 | -1): PlacedUnit | undefined => {
    const target = columnOf(placed) + by;
    if (!layout.columns[target]) return undefined;
    return layout.units
      .filter((unit) => columnOf(unit) === target)
      .reduce<PlacedUnit | undefined>(
        (best, unit) => (!best || Math.abs(unit.y - placed.y) < Math.abs(best.y - placed.y) ? unit : best),
        undefined,
      );
  };
  switch (key) {
    case 'ArrowDown':
      return layout.units[index + 1];
    case 'ArrowUp':
      return layout.units[index - 1];
    case 'ArrowRight':
      return sideways(1);
    case 'ArrowLeft':
      return sideways(-1);
    case 'Home':
      return layout.units[0];
    case 'End':
      return layout.units.at(-1);
    default:
      return undefined;
  }
}

/** Keys that travel, whether or not a card lies there: the page must not scroll for them. */
export const travelKeys: ReadonlySet<string> = new Set([
  'ArrowDown',
  'ArrowUp',
  'ArrowRight',
  'ArrowLeft',
  'Home',
  'End',
]);
