// How the block list answers to clicks and keys: the listbox pattern of the ARIA practices guide with multiple selection.

export interface ListState {
  readonly lines: ReadonlySet<number>;
  /** Where a range begins that Shift extends. */
  readonly anchor: number;
  /** The active option. */
  readonly cursor: number;
}

export const nothing: ListState = { lines: new Set(), anchor: 0, cursor: 0 };

export const range = (a: number, b: number): ReadonlySet<number> => {
  const from = Math.min(a, b);
  return new Set(Array.from({ length: Math.abs(a - b) + 1 }, (_, offset) => from + offset));
};

/** A click: alone it selects, with Shift it extends from the anchor, with Ctrl or ⌘ it adds or takes away. */
export function click(state: ListState, index: number, { shift, mod }: { shift: boolean; mod: boolean }): ListState {
  if (shift) return { lines: range(state.anchor, index), anchor: state.anchor, cursor: index };
  if (!mod) return { lines: new Set([index]), anchor: index, cursor: index };
  return toggle({ ...state, cursor: index }, index);
}

/** A key with `count` options; undefined for a key that means nothing here. `page` is how many options are in view. */
export function press(
  state: ListState,
  key: string,
  { shift, mod }: { shift: boolean; mod: boolean },
  count: number,
  page = 10,
): ListState | undefined {
  if (count === 0) return undefined;
  if (key === 'Escape') return state.lines.size === 0 ? undefined : { ...state, lines: new Set() };
  if (mod && key.toLowerCase() === 'a') return { lines: range(0, count - 1), anchor: 0, cursor: state.cursor };
  if (key === ' ') return toggle(state, state.cursor);
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: state.lines.size === 0 ? state.cursor : state.cursor + 1,
    ArrowUp: state.lines.size === 0 ? state.cursor : state.cursor - 1,
    PageDown: state.cursor + page,
    PageUp: state.cursor - page,
    Home: 0,
    End: count - 1,
  };
  const to = moves[key];
  if (to === undefined) return undefined;
  const cursor = Math.min(count - 1, Math.max(0, to));
  if (shift) return { lines: range(state.anchor, cursor), anchor: state.anchor, cursor };
  // Ctrl moves the active option and leaves the selection alone.
  if (mod) return { ...state, anchor: cursor, cursor };
  return { lines: new Set([cursor]), anchor: cursor, cursor };
}

/** Follows a selection made elsewhere (graph, text, undo). */
export function follow(state: ListState, lines: ReadonlySet<number>, count: number): ListState {
  const cursor = Math.min(
    Math.max(0, count - 1),
    lines.size === 0 || lines.has(state.cursor) ? state.cursor : Math.max(...lines),
  );
  const anchor = lines.has(state.anchor) ? state.anchor : lines.size === 0 ? cursor : Math.min(...lines);
  return { lines, anchor: Math.min(anchor, Math.max(0, count - 1)), cursor };
}

/** Where Alt+↑ (−1) or Alt+↓ (+1) puts the selected lines: before the line at this number. Undefined at the end of the list. */
export function neighbour(lines: ReadonlySet<number>, by: 1 | -1, count: number): number | undefined {
  if (lines.size === 0) return undefined;
  const [first, last] = [Math.min(...lines), Math.max(...lines)];
  const together = last - first + 1 === lines.size;
  // Lines that lie apart come together first.
  if (by < 0) return first > 0 ? first - 1 : together ? undefined : 0;
  return last < count - 1 ? last + 2 : together ? undefined : count;
}

/** The gap between rows that a height in the list is nearest to: 0 is above the first row. */
export const gapAt = (y: number, rowHeight: number, count: number): number =>
  Math.min(count, Math.max(0, Math.round(y / rowHeight)));

function toggle(state: ListState, index: number): ListState {
  const lines = new Set(state.lines);
  if (!lines.delete(index)) lines.add(index);
  return { lines, anchor: index, cursor: index };
}
