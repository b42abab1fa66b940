// Which part of a picture the net sees, as CSS for an element laid over it.
import { geometry, type Preparation } from '../../../graph/pictures/preprocess.ts';

/** Place and size in percent of the picture. */
export function seenArea(
  picture: { readonly width: number; readonly height: number },
  preparation: Preparation,
): string {
  const { width, height, area } = geometry(picture, preparation);
  const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(3)}%`;
  return `left:${percent(area.left, width)};top:${percent(area.top, height)};width:${percent(area.width, width)};height:${percent(area.height, height)}`;
}
