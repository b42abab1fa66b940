// What a picture file says about itself before it is decoded: kind, size, orientation, and whether all of it is there. One rule for the
// page and the command line: both ask here first, so that neither decodes what the other refuses.
import { misplaced } from '../sniff/kinds.ts';
import { sniff } from '../sniff/sniff.ts';
import { damaged, type PictureFacts } from './facts.ts';
import { jpegHeader } from './jpeg.ts';
import { pngHeader } from './png.ts';
import { webpHeader } from './webp.ts';

export type PictureFormat = 'jpeg' | 'png' | 'webp';

export interface PictureHeader extends PictureFacts {
  readonly format: PictureFormat;
}

/** A picture that is refused. The message is a sentence that names the file. */
export class PictureError extends Error {
  override readonly name = 'PictureError';
}

/** Larger pictures are not decoded: 200 megapixels take 800 MB. */
export const mostPixels = 200e6;
export const mostBytes = 200e6;

export const formatNames: Readonly<Record<PictureFormat, string>> = { jpeg: 'JPEG', png: 'PNG', webp: 'WebP' };

const readers: Readonly<Record<PictureFormat, (bytes: Uint8Array) => PictureFacts | { readonly problem: string }>> = {
  jpeg: jpegHeader,
  png: pngHeader,
  webp: webpHeader,
};

/** Throws {@link PictureError} where the whole file `bytes` is no picture, is damaged or cut short, or is too large. */
export function readPictureHeader(bytes: Uint8Array, name: string): PictureHeader {
  const refuse = (what: string): never => {
    throw new PictureError(`"${name}" ${what}.`);
  };
  if (bytes.length > mostBytes) refuse('is larger than 200 MB; use a smaller picture');
  const kind = sniff(bytes);
  if (!(kind in readers)) refuse(misplaced(kind, 'picture'));
  const format = kind as PictureFormat;
  const header = readers[format](bytes);
  if ('problem' in header) return refuse(header.problem);
  const { width, height } = header;
  if (width === 0 || height === 0) refuse(damaged('its size is zero'));
  if (width * height > mostPixels)
    refuse(
      `has ${Math.round((width * height) / 1e6).toLocaleString('en-US')} megapixels (${width}×${height}); at most 200 are read, so use a smaller picture`,
    );
  return { format, ...header };
}
