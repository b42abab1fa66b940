// What is looked at: a photo on the screen, also the camera's last picture, and the answer about it.
import type { FrameReport, Look } from '../../../workers/jobs/vision/protocol.ts';

/** A photo on the screen. */
export interface Photo {
  readonly name: string;
  /** Object URL of the file, or an address of this page. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

/** An answer and what it is about. */
export type Seen = Look & { readonly live: boolean } & Partial<Pick<FrameReport, 'picture' | 'sequence'>>;

/** The very frame that an answer of the camera is about, where the answer brought it along. */
export function answeredFrame({ live, picture, width, height }: Seen): ImageData | undefined {
  if (!live || !picture) return undefined;
  const data = new Uint8ClampedArray(picture.buffer as ArrayBuffer, picture.byteOffset, picture.byteLength);
  return new ImageData(data, width, height);
}

type Size = Pick<Photo, 'width' | 'height'>;

export const photoOf = (file: Blob, name: string, { width, height }: Size): Photo => ({
  name,
  url: URL.createObjectURL(file),
  width,
  height,
});

/** The photo is shown no longer. */
export function letGo(photo: Photo | undefined): void {
  if (photo) URL.revokeObjectURL(photo.url);
}

/** The camera's last picture as a photo. */
export async function stillPhoto(still: HTMLCanvasElement): Promise<{ bitmap: ImageBitmap; photo: Photo }> {
  const [bitmap, file] = await Promise.all([
    createImageBitmap(still),
    new Promise<Blob | null>((resolve) => still.toBlob(resolve)),
  ]);
  return { bitmap, photo: photoOf(file ?? new Blob(), 'Last picture of the camera', still) };
}
