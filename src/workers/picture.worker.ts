// Entry of the worker that decodes pictures: bytes in, a bitmap or a sentence out; the first message says where the decoders lie.
import { PictureError, type PictureFormat } from '../graph/formats/pictures/header.ts';
import type { Picture } from '../graph/pictures/resample.ts';
import { fetchKept } from './weights/kept-file.ts';
import { pictureDecoder } from './pictures/decode.ts';

export interface PictureStart {
  readonly codecs: Readonly<Record<PictureFormat, string>>;
}
export interface PictureRequest {
  readonly id: number;
  readonly bytes: ArrayBuffer;
  readonly name: string;
  /** Wanted as bytes: a bitmap keeps no colour that is transparent. */
  readonly plain?: boolean;
}
export type PictureAnswer = { readonly id: number } & (
  { readonly bitmap: ImageBitmap } | { readonly picture: Picture } | { readonly problem: string }
);

let codecs: PictureStart['codecs'] | undefined;
const decode = pictureDecoder(async (format) => {
  const response = await fetchKept(codecs?.[format] ?? '');
  if (!response.ok) throw new Error(String(response.status));
  return WebAssembly.compile(await response.arrayBuffer());
});
/** One after another: each may take 800 MB. */
let last: Promise<unknown> = Promise.resolve();

async function answer({ id, bytes, name, plain }: PictureRequest): Promise<void> {
  let said: PictureAnswer;
  try {
    const picture = await decode(new Uint8Array(bytes), name);
    const { data, width, height } = picture;
    if (plain) return self.postMessage({ id, picture } satisfies PictureAnswer, { transfer: [data.buffer] });
    const pixels = new ImageData(data as Uint8ClampedArray<ArrayBuffer>, width, height);
    said = { id, bitmap: await createImageBitmap(pixels, { premultiplyAlpha: 'none', colorSpaceConversion: 'none' }) };
  } catch (error) {
    const known = error instanceof PictureError ? error.message : undefined;
    said = {
      id,
      problem:
        known ?? `"${name}" could not be decoded: the decoder did not start. Check the connection and try again.`,
    };
  }
  self.postMessage(said, { transfer: 'bitmap' in said ? [said.bitmap] : [] });
}

self.addEventListener('message', ({ data }: MessageEvent<PictureStart | PictureRequest>) => {
  if ('codecs' in data) codecs = data.codecs;
  else last = last.then(() => answer(data));
});
