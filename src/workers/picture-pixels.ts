// Pixels of a bitmap or a frame in JS memory: for the CPU path, and for the check that needs the very input that a net got.
import type { Picture } from '../graph/preprocess.ts';
import { sizeOf, type PictureSource } from './picture-stage.ts';

let canvas: OffscreenCanvas | undefined;

/** RGBA bytes in sRGB. Throws when the source is closed. */
export function picturePixels(source: PictureSource): Picture {
  if ('data' in source) return source;
  const { width, height } = sizeOf(source);
  canvas ??= new OffscreenCanvas(width, height);
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives the page no canvas to read pixels with');
  context.clearRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}
