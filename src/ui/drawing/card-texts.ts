// The four texts of a block's card, cut so that no two of them touch: word and shape above, arguments and value below.
import { shapeText } from '../parts/format.ts';
import { sizes } from './sizes.ts';
import type { Unit } from './scene.ts';
import { cutText, textWidth } from './text-width.ts';

export interface CardTexts {
  readonly word: string;
  readonly detail: string;
  readonly shape: string;
  readonly value: string;
}

/** Left and right of the texts, and between two. */
const SIDE = 10;
const BETWEEN = 4;

/** Shape and value are figures and stay whole; word and arguments give way. */
export function cardTexts({ word, detail, output }: Unit, width: number, value: string): CardTexts {
  const shape = shapeText(output);
  const beside = (text: string): number => width - 2 * SIDE - (text === '' ? 0 : textWidth(text, sizes.text) + BETWEEN);
  // The word is set bold and a little larger.
  return {
    word: cutName(word, beside(shape) / 1.1),
    detail: cutText(detail, beside(value), sizes.text),
    shape,
    value,
  };
}

/** Blocks of a file are paths (`blocks.1.0`), whose ends tell them apart: what is too long loses its beginning. */
function cutName(word: string, room: number): string {
  if (!/[._]\d+[a-z]?$/.test(word) || textWidth(word, sizes.text) <= room) return cutText(word, room, sizes.text);
  let from = 1;
  while (from < word.length - 1 && textWidth(`…${word.slice(from)}`, sizes.text) > room) from++;
  return `…${word.slice(from)}`;
}
