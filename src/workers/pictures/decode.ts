// A picture file → pixels, by one decoder for the page and the command line: libjpeg-turbo's (as in browsers and Pillow), libwebp's and
// Rust's png, as WebAssembly. Whatever a decoder complains about is an error: browsers and Pillow fill what is missing with grey.
import {
  formatNames,
  PictureError,
  readPictureHeader,
  type PictureFormat,
} from '../../graph/formats/pictures/header.ts';
import type { Picture } from '../../graph/pictures/resample.ts';
import { turn } from '../../graph/formats/pictures/turn.ts';

/** Gives the WebAssembly of a decoder. */
export type LoadCodec = (format: PictureFormat) => Promise<WebAssembly.Module>;

interface Codec {
  decode(
    bytes: ArrayBuffer,
  ): Promise<{ readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }>;
  /** What the decoder said since the last call: warnings and errors. */
  messages(): readonly string[];
}

/** The decoders make objects of this class, which Node does not have. */
class Pixels {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}

/** The libraries' type declarations leave the second way of calling `init` out. */
type Init = (module: WebAssembly.Module, options: object) => Promise<void>;

function listening(): { readonly options: object; messages(): readonly string[] } {
  let lines: string[] = [];
  const say = (line: string): number => lines.push(line);
  return {
    options: { print: say, printErr: say },
    messages: () => {
      const said = lines.filter((line) => line !== '');
      lines = [];
      return said;
    },
  };
}

const codecs: Readonly<Record<PictureFormat, (load: LoadCodec) => Promise<Codec>>> = {
  async jpeg(load) {
    const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
    const { options, messages } = listening();
    await (init as Init)(await load('jpeg'), options);
    return { decode: (bytes) => decode(bytes, { preserveOrientation: false }), messages };
  },
  async png(load) {
    const { default: decode, init } = await import('@jsquash/png/decode.js');
    await init(await load('png'));
    return { decode: (bytes) => decode(bytes), messages: () => [] };
  },
  async webp(load) {
    const { default: decode, init } = await import('@jsquash/webp/decode.js');
    const { options, messages } = listening();
    await (init as Init)(await load('webp'), options);
    return { decode: (bytes) => decode(bytes), messages };
  },
};

/** Decodes whole files, one after another. The function rejects with {@link PictureError}, a sentence that names the file. */
export function pictureDecoder(load: LoadCodec): (bytes: Uint8Array, name: string) => Promise<Picture> {
  const started = new Map<PictureFormat, Promise<Codec>>();
  (globalThis as { ImageData?: unknown }).ImageData ??= Pixels;
  return async (bytes, name) => {
    const { format, orientation, width, height } = readPictureHeader(bytes, name);
    let starting = started.get(format);
    if (!starting) started.set(format, (starting = codecs[format](load)));
    const codec = await starting;
    const refuse = (why: string): never => {
      const hint = /color conversion/i.test(why) ? ' (its colours may be CMYK: convert it to RGB)' : '';
      throw new PictureError(`"${name}" cannot be decoded as ${formatNames[format]}: ${why}${hint}.`);
    };
    codec.messages();
    let picture: Picture;
    try {
      // A browser's ImageData has its size as accessors: it must be read by name.
      const decoded = await codec.decode(new Uint8Array(bytes).buffer);
      picture = { width: decoded.width, height: decoded.height, data: decoded.data };
    } catch {
      // A decoder that has failed may be left half way: the next picture gets a new one.
      started.delete(format);
      return refuse(codec.messages().at(-1)?.replace(/\.$/, '') ?? 'the file is damaged or cut short');
    }
    const [complaint] = codec.messages();
    if (complaint !== undefined) refuse(`${complaint.replace(/\.$/, '')}; the file is damaged or cut short`);
    if (picture.width !== width || picture.height !== height) refuse('its size is not the one that it states');
    return turn(picture, orientation);
  };
}
