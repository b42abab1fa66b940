// A file → a bitmap with the pixels that were encoded: turned as EXIF says, colours as they stand in the file, as PyTorch's pipelines read them.
import { mostBytes, mostPixels, readPictureHeader } from '../../graph/formats/pictures/header.ts';
import { sniff } from '../../graph/formats/sniff/sniff.ts';
import { decodeInWorker } from '../hosts/pictures.ts';

/** Kinds of pictures for a file picker. */
export const photoTypes = 'image/jpeg,image/png,image/webp,image/avif,image/gif,image/bmp';

/** True for a file that is worth showing to the net. */
export const isPhoto = ({ type, name }: { readonly type: string; readonly name: string }): boolean =>
  !name.startsWith('.') &&
  (type.startsWith('image/') ? type !== 'image/svg+xml' : /\.(jpe?g|png|webp|avif|gif|bmp)$/i.test(name));

export interface DecodeHooks {
  /** Stops the decoding. */
  readonly signal?: AbortSignal | undefined;
  /** Told before the decoding, where the file says its size. */
  readonly onSize?: (width: number, height: number) => void;
}

/**
 * JPEG, PNG and WebP go through the decoders of the command line: what is damaged or cut short is refused in both, and both turn it
 * alike. The browser reads the other kinds. Rejects with a sentence that names the file; an aborted `signal` stops the decoding.
 */
export async function decodePhoto(
  file: Blob,
  name: string,
  { signal, onSize }: DecodeHooks = {},
): Promise<ImageBitmap> {
  if (file.size === 0) throw new Error(`"${name}" is empty; use another file.`);
  if (file.size > mostBytes) throw new Error(`"${name}" is larger than 200 MB; use a smaller picture.`);
  const bytes = await file.arrayBuffer().catch(() => {
    throw new Error(`"${name}" could not be read; is it still there?`);
  });
  const kind = sniff(new Uint8Array(bytes));
  if (kind === 'avif' || kind === 'gif' || kind === 'bmp') return decodeByBrowser(file, name);
  // Refused before a decoder is started.
  const { width, height } = readPictureHeader(new Uint8Array(bytes), name);
  onSize?.(width, height);
  return decodeInWorker(bytes, name, signal);
}

async function decodeByBrowser(file: Blob, name: string): Promise<ImageBitmap> {
  try {
    if ((await pixelsOf(file)) > mostPixels) throw new RangeError();
    return await createImageBitmap(file, {
      imageOrientation: 'from-image',
      premultiplyAlpha: 'none',
      colorSpaceConversion: 'none',
    });
  } catch (error) {
    if (error instanceof RangeError)
      throw new Error(`"${name}" has more than 200 megapixels; use a smaller picture.`, { cause: error });
    throw new Error(`"${name}" could not be read as a picture. Use a JPEG, PNG or WebP file.`, { cause: error });
  }
}

/** Pixels that a file says it has; an image element reads no further before it is drawn. Rejects when it is no picture. */
async function pixelsOf(file: Blob): Promise<number> {
  const image = new Image();
  const url = URL.createObjectURL(file);
  try {
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = () => reject(new Error('no picture'));
      image.src = url;
    });
    return image.naturalWidth * image.naturalHeight;
  } finally {
    URL.revokeObjectURL(url);
  }
}
