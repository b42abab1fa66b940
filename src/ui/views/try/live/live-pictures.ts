// What the exits are taught with: crops of the photos that ship, or a folder of the user's own with a folder inside it for every class.
import type { LiveClass } from '../../../../workers/jobs/vision/live/protocol.ts';
import type { FoundFile } from '../../../pictures/dropped.ts';
import { decodePhoto, isPhoto } from '../../../pictures/photo.ts';
import { samples } from '../../../pictures/samples.ts';

/** All pictures are of one size, as a camera's frames are: a switch of branch then creates nothing on the GPU. */
const width = 320;
const height = 240;
const cropsEach = 20;
const mostOfClass = 60;

/** A picture that covers the frame, seen through a window of it. */
function framed(
  picture: ImageBitmap,
  window: { share: number; x: number; y: number; mirror: boolean; blur: number },
): ImageBitmap {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser gives the page no canvas to draw with');
  const scale = Math.min(picture.width / width, picture.height / height) * window.share;
  const [w, h] = [width * scale, height * scale];
  if (window.mirror) context.setTransform(-1, 0, 0, 1, width, 0);
  if (window.blur > 0) context.filter = `blur(${window.blur}px)`;
  context.drawImage(
    picture,
    (picture.width - w) * window.x,
    (picture.height - h) * window.y,
    w,
    h,
    0,
    0,
    width,
    height,
  );
  return canvas.transferToImageBitmap();
}

const whole = { share: 1, x: 0.5, y: 0.5, mirror: false, blur: 0 };

/** 0 ≤ x < 1, the same on every machine. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Crops of each photo that ships; the photo is the class. Rejects with a sentence. */
export async function samplePictures(signal: AbortSignal): Promise<LiveClass[]> {
  const classes: LiveClass[] = [];
  for (const [seed, { file, name }] of samples.entries()) {
    const response = await fetch(new URL(`samples/${file}`, document.baseURI), { signal });
    if (!response.ok)
      throw new Error(`The sample ${file} could not be loaded from this page; check the connection and try again.`);
    const photo = await decodePhoto(await response.blob(), file, { signal });
    const next = numbers(seed + 1);
    const pictures = Array.from({ length: cropsEach }, () =>
      framed(photo, {
        share: 0.3 + 0.6 * next(),
        x: next(),
        y: next(),
        mirror: next() < 0.5,
        blur: next() < 0.3 ? 6 * next() : 0,
      }),
    );
    photo.close();
    classes.push({ name, pictures });
  }
  return classes;
}

/** The folder that a file lies in is its class. Rejects with a sentence where no class has a picture. */
export async function folderPictures(
  files: readonly FoundFile[],
  signal: AbortSignal,
): Promise<{ classes: LiveClass[]; unread: number }> {
  const byClass = new Map<string, FoundFile[]>();
  for (const found of files) {
    const name = found.path.split('/').at(-2);
    if (name === undefined || !isPhoto(found.file)) continue;
    byClass.set(name, [...(byClass.get(name) ?? []), found]);
  }
  const classes: LiveClass[] = [];
  let unread = 0;
  for (const [name, found] of byClass) {
    const pictures: ImageBitmap[] = [];
    for (const { file, path } of found.slice(0, mostOfClass)) {
      signal.throwIfAborted();
      try {
        const photo = await decodePhoto(file, path, { signal });
        pictures.push(framed(photo, whole));
        photo.close();
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof Error) unread++;
      }
    }
    if (pictures.length > 0) classes.push({ name, pictures });
  }
  if (classes.length === 0) throw new Error('Choose a folder with a folder of photos inside it for every class.');
  return { classes, unread };
}

/** The user's camera, as the pictures above are. */
export const cameraPicture = async (video: HTMLVideoElement): Promise<ImageBitmap> => {
  const frame = await createImageBitmap(video);
  const picture = framed(frame, whole);
  frame.close();
  return picture;
};
