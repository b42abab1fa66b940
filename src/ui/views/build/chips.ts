// How many of a line's arguments its row has room for: the others are counted, not cut.

/** Of a chip, in pixels: a letter of its typeface, its sides, the gap behind it. */
const LETTER = 6.7;
const SIDES = 8;
const GAP = 3;
/** Room of `+2`. */
const MORE = 24;

/** Number of texts that fit; all, or as many as leave room for the count of the others. */
export function chipsThatFit(texts: readonly string[], room: number): number {
  const widths = texts.map((text) => text.length * LETTER + SIDES + GAP);
  const all = widths.reduce((sum, width) => sum + width, 0);
  if (all - GAP <= room) return texts.length;
  let used = MORE;
  const first = widths.findIndex((width) => (used += width) > room);
  return first < 0 ? texts.length : first;
}
