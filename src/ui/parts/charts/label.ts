// Texts inside marks: as much as fits, by the width of an average letter (exact measuring would cost a layout per mark).

/** Average width of a letter of the UI font at 11 px, generously. */
const LETTER = 6.8;

/** The text, else its short form, else cut with an ellipsis, or nothing when not even three letters fit. */
export function fitText(text: string, width: number, short = text): string {
  const letters = Math.floor((width - 8) / LETTER);
  if (text.length <= letters) return text;
  if (short.length <= letters) return short;
  return letters >= 4 ? `${short.slice(0, letters - 1)}…` : '';
}

/** `2.0` of `blocks.2.0`: what tells layers apart where there is little room. */
export const shortName = (layer: string): string => layer.replace(/^(?:blocks|stages)\./, '');
