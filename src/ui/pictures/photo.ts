// A file → a bitmap with the pixels that were encoded: turned as EXIF says, colours as they stand in the file, as PyTorch's pipelines read them.
import { mostBytes, readPictureHeader } from '../../graph/formats/pictures/header.ts';
import { decodeInWorker } from '../hosts/pictures.ts';

/** Kinds of pictures for a file picker. */
export const photoTypes = 'image/jpeg,image/png,image/webp';

/** True for a file that is worth showing to the net, if only to be told why it cannot be. */
export const isPhoto = ({ type, name }: { readonly type: string; readonly name: string }): boolean =>
  !name.startsWith('.') &&
  (type.startsWith('image/') ? type !== 'image/svg+xml' : /\.(jpe?g|png|webp|avif|gif|bmp)$/i.test(name));

/** `2 files left out, which are no photos: "notes.txt", ".DS_Store".` Undefined where there are none. */
export function leftOut(
  names: readonly { readonly type: string; readonly name: string }[],
  most = 3,
): string | undefined {
  const others = names.filter((file) => !isPhoto(file)).map(({ name }) => `"${name}"`);
  if (others.length === 0) return undefined;
  const more = others.length > most ? [`${others.length - most} more`] : [];
  const what =
    others.length === 1 ? '1 file left out, which is no photo' : `${others.length} files left out, which are no photos`;
  return `${what}: ${[...others.slice(0, most), ...more].join(', ')}.`;
}

export interface DecodeHooks {
  /** Stops the decoding. */
  readonly signal?: AbortSignal | undefined;
  /** Told before the decoding, where the file says its size. */
  readonly onSize?: (width: number, height: number) => void;
}

/**
 * Through the decoders of the command line, and not the browser's own, which fill what is missing with grey and know other kinds: both
 * refuse the same files with the same words, and turn the others alike. Rejects with a sentence that names the file; an aborted `signal` stops the decoding.
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
  // Refused before a decoder is started.
  const { width, height } = readPictureHeader(new Uint8Array(bytes), name);
  onSize?.(width, height);
  return decodeInWorker(bytes, name, signal);
}
