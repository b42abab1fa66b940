// A file → a bitmap with the pixels that were encoded: turned as EXIF says, colours as they stand in the file, as PyTorch's pipelines read them.

/** Larger pictures are not decoded: 200 megapixels take 800 MB. */
const mostPixels = 200e6;
const mostBytes = 200e6;

/** Kinds of pictures for a file picker. */
export const photoTypes = 'image/jpeg,image/png,image/webp,image/avif,image/gif,image/bmp';

/** True for a file that is worth showing to the net. */
export const isPhoto = ({ type, name }: { readonly type: string; readonly name: string }): boolean =>
  type.startsWith('image/') ? type !== 'image/svg+xml' : /\.(jpe?g|png|webp|avif|gif|bmp)$/i.test(name);

/** Rejects with a sentence that names the file. */
export async function decodePhoto(file: Blob, name: string): Promise<ImageBitmap> {
  if (file.size === 0) throw new Error(`"${name}" is empty; use another file.`);
  if (file.size > mostBytes) throw new Error(`"${name}" is larger than 200 MB; use a smaller picture.`);
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
    const kind = /\.hei[cf]$/i.test(name)
      ? 'This browser does not read HEIC photos; export it as JPEG.'
      : 'Use a JPEG, PNG, WebP or AVIF file.';
    throw new Error(`"${name}" could not be read as a picture. ${kind}`, { cause: error });
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
