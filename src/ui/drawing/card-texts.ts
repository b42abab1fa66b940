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
    word: cutText(word, beside(shape) / 1.1, sizes.text),
    detail: cutText(detail, beside(value), sizes.text),
    shape,
    value,
  };
}
