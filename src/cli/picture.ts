// A picture file → pixels, in Node: JPEG through libjpeg-turbo's decoder (the one in browsers and in Pillow, to the bit), PNG; both as wasm.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import decodeJpeg, { init as initJpeg } from '@jsquash/jpeg/decode.js';
import decodePng, { init as initPng } from '@jsquash/png/decode.js';
import type { Picture } from '../graph/pictures/preprocess.ts';
import { UsageError } from './verb.ts';

const require = createRequire(import.meta.url);
const wasm = (path: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(require.resolve(path)));

/** What the decoders make: Node has no class of this name. */
class Pixels {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}

interface Format {
  readonly name: string;
  fits(bytes: Uint8Array): boolean;
  decode(bytes: Uint8Array): Promise<Picture>;
}

/** libjpeg's messages go to the error sentence, not to the terminal. */
let jpegMessages: string[] = [];
let ready: Promise<unknown> | undefined;

const begins = (bytes: Uint8Array, ...start: readonly number[]): boolean => start.every((byte, i) => bytes[i] === byte);

const formats: readonly Format[] = [
  {
    name: 'JPEG',
    fits: (bytes) => begins(bytes, 0xff, 0xd8, 0xff),
    async decode(bytes) {
      jpegMessages = [];
      try {
        // The name of the option misleads: it turns the pixels as EXIF says.
        return await decodeJpeg(copied(bytes), { preserveOrientation: true });
      } catch (error) {
        throw new Error(jpegMessages.at(-1) ?? (error as Error).message, { cause: error });
      }
    },
  },
  {
    name: 'PNG',
    fits: (bytes) => begins(bytes, 0x89, 0x50, 0x4e, 0x47),
    decode: (bytes) =>
      decodePng(copied(bytes)).catch(() => {
        throw new Error('the file is damaged or cut short');
      }),
  },
];

const copied = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

function startDecoders(): Promise<unknown> {
  const globals = globalThis as { ImageData?: unknown };
  globals.ImageData ??= Pixels;
  const say = (line: string): number => jpegMessages.push(line);
  const options = { wasmBinary: wasm('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm').buffer, print: say, printErr: say };
  return Promise.all([initJpeg(options as object), initPng(wasm('@jsquash/png/codec/pkg/squoosh_png_bg.wasm'))]);
}

/** Pixels of a JPEG or PNG file's bytes, turned as EXIF says. Throws {@link UsageError} naming `file` and the fix. */
export async function decodePicture(bytes: Uint8Array, file: string): Promise<Picture> {
  const format = formats.find(({ fits }) => fits(bytes));
  if (!format) throw new UsageError(`"${file}" is neither JPEG nor PNG; convert it to one of them.`);
  await (ready ??= startDecoders());
  try {
    const { width, height, data } = await format.decode(bytes);
    return { width, height, data };
  } catch (error) {
    const hint = /color conversion/i.test((error as Error).message)
      ? ' (its colours may be CMYK: convert it to RGB)'
      : '';
    throw new UsageError(`"${file}" cannot be decoded as ${format.name}: ${(error as Error).message}${hint}.`);
  }
}

/** Throws {@link UsageError} when the file cannot be read or decoded. */
export async function readPicture(file: string): Promise<Picture> {
  return decodePicture(readBytes(file), file);
}

/** Bytes of a file. Throws {@link UsageError}. */
export function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(
      missing ? `there is no file "${file}".` : `"${file}" cannot be read: ${(error as Error).message}`,
    );
  }
}
