// Texts in a drawing are cut by their width: an estimate from classes of letters, a little wide, that needs no browser to measure.

/** Widths in em of a system typeface at weight 400; the widest of the usual ones for each class. */
const classes: readonly (readonly [RegExp, number])[] = [
  [/[ijl.,:;'|!()[\] ]/, 0.32],
  [/[frt\-/]/, 0.4],
  [/[mwMW@%]/, 0.92],
  [/[A-Z×→…=+]/, 0.84],
];
const REST = 0.64;

/** Width of a text in pixels at a font size. */
export const textWidth = (text: string, size: number): number =>
  [...text].reduce((sum, letter) => sum + (classes.find(([is]) => is.test(letter))?.[1] ?? REST), 0) * size;

/** The text, or as much of its beginning as fits with an ellipsis behind it. */
export function cutText(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text;
  const letters = [...text];
  while (letters.length > 0 && textWidth(`${letters.join('')}…`, size) > width) letters.pop();
  return letters.length > 0 ? `${letters.join('').trimEnd()}…` : '';
}
