// Pixels of a bitmap or a frame in JS memory: for the CPU path, for calibration, and for the check that needs the very input that a net got.
import type { Picture } from '../../graph/pictures/preprocess.ts';

/** Something with pixels; `Picture` is what Node and the CPU path have. */
export type PictureSource = ImageBitmap | VideoFrame | Picture;

export const sizeOf = (source: PictureSource): { width: number; height: number } =>
  'displayWidth' in source
    ? { width: source.displayWidth, height: source.displayHeight }
    : { width: source.width, height: source.height };

let canvas: OffscreenCanvas | undefined;

/** A frame's way to its pixels; TypeScript's DOM library does not know the conversion to RGBA yet. */
interface Frame {
  readonly visibleRect: { readonly width: number; readonly height: number } | null;
  allocationSize(options: { format: string }): number;
  copyTo(target: Uint8ClampedArray, options: { format: string; colorSpace: string }): Promise<unknown>;
}

/** RGBA bytes in sRGB. Rejects when the source is closed. */
export async function picturePixels(source: PictureSource): Promise<Picture> {
  if ('data' in source) return source;
  return ('copyTo' in source && (await framePixels(source))) || canvasPixels(source);
}

/**
 * Undefined where a frame does not convert itself, or is shown turned or scaled. A frame drawn on a canvas instead costs Chromium 156
 * its own size in memory, for good, where frames lie in main memory (seen with a software adapter).
 */
async function framePixels(source: VideoFrame): Promise<Picture | undefined> {
  const frame = source as Frame;
  const { width, height } = sizeOf(source);
  const { visibleRect } = frame;
  if (visibleRect?.width !== width || visibleRect.height !== height || rotated(source)) return undefined;
  try {
    if (frame.allocationSize({ format: 'RGBA' }) !== width * height * 4) return undefined;
    const data = new Uint8ClampedArray(width * height * 4);
    await frame.copyTo(data, { format: 'RGBA', colorSpace: 'srgb' });
    return { width, height, data };
  } catch {
    return undefined;
  }
}

const rotated = (frame: VideoFrame): boolean => {
  const { rotation = 0, flip = false } = frame as { rotation?: number; flip?: boolean };
  return rotation !== 0 || flip;
};

function canvasPixels(source: ImageBitmap | VideoFrame): Picture {
  const { width, height } = sizeOf(source);
  canvas ??= new OffscreenCanvas(width, height);
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives the page no canvas to read pixels with');
  context.clearRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}
