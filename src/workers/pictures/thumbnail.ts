// A picture of 64 × 64 pixels, whatever its proportions: enough to tell how busy it is, and cheap for every frame.
import { seenPicture, usualPreparation } from '../../graph/pictures/preprocess.ts';
import type { PictureSource } from './picture-pixels.ts';

export const thumbnailSide = 64;

let canvas: OffscreenCanvas | undefined;

/** RGB bytes. */
export function thumbnail(source: PictureSource): Uint8ClampedArray {
  const side = thumbnailSide;
  if ('data' in source)
    return seenPicture(source, { ...usualPreparation, interpolation: 'bilinear', fit: 'stretch', size: [side, side] });
  canvas ??= new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives the page no canvas to read pixels with');
  context.imageSmoothingQuality = 'medium';
  context.drawImage(source, 0, 0, side, side);
  const { data } = context.getImageData(0, 0, side, side);
  return Uint8ClampedArray.from({ length: side * side * 3 }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)] as number);
}
