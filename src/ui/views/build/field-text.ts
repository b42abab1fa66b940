// The receptive field in words that agree with the picture: nothing sees more pixels than there are.
import type { LineFacts } from './rows.ts';

/** `height` and `width` of the picture in pixels. */
export function fieldText(
  { whole, field, stride }: Pick<LineFacts, 'whole' | 'field' | 'stride'>,
  [height, width]: readonly [number, number],
): string {
  if (whole) return 'sees the whole picture';
  // Elements at the rim see less of it: a part of their field lies outside.
  if (field[0] >= height && field[1] >= width) return `sees the whole picture from its middle · stride ${stride[0]}`;
  return `sees ${Math.min(field[0], height)}×${Math.min(field[1], width)} px · stride ${stride[0]}`;
}
