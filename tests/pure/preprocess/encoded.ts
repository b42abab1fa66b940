// Picture files made for tests: encoded by the libraries' own encoders, with EXIF orientation put in as each format has it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { crc32, deflateSync } from 'node:zlib';
import encodeJpeg, { init as initJpeg } from '@jsquash/jpeg/encode.js';
import encodeWebp, { init as initWebp } from '@jsquash/webp/encode.js';
import type { Picture } from '../../../src/graph/pictures/resample.ts';

const require = createRequire(import.meta.url);
type Init = (module: WebAssembly.Module, options: object) => Promise<void>;
const start = async (init: unknown, path: string): Promise<void> =>
  (init as Init)(await WebAssembly.compile(new Uint8Array(readFileSync(require.resolve(path)))), {});

export async function startEncoders(): Promise<void> {
  await start(initJpeg, '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
  await start(initWebp, '@jsquash/webp/codec/enc/webp_enc.wasm');
}

export const concat = (...parts: readonly (Uint8Array | readonly number[] | string)[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part)))),
  );
const u32 = (value: number, little = false): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, little);
  return bytes;
};

/** A TIFF directory with one entry. */
export function exifBlock(orientation: number, little = false): Uint8Array {
  const bytes = new Uint8Array(26);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, 1, little);
  view.setUint16(10, 0x0112, little);
  view.setUint16(12, 3, little);
  view.setUint32(14, 1, little);
  view.setUint16(18, orientation, little);
  return bytes;
}

export const pngChunk = (name: string, data: Uint8Array): Uint8Array => {
  const body = concat(name, data);
  return concat(u32(data.length), body, u32(crc32(body)));
};

/** RGBA, no filters. `orientation` goes into eXIf, before or behind the pixels. */
export function png({ width, height, data }: Picture, orientation?: number, behind = false): Uint8Array {
  const rows = new Uint8Array(height * (1 + 4 * width));
  for (let y = 0; y < height; y++) rows.set(data.subarray(4 * y * width, 4 * (y + 1) * width), y * (1 + 4 * width) + 1);
  const exif = orientation === undefined ? [] : pngChunk('eXIf', exifBlock(orientation));
  return concat(
    [0x89],
    'PNG\r\n\x1a\n',
    pngChunk('IHDR', concat(u32(width), u32(height), [8, 6, 0, 0, 0])),
    behind ? [] : exif,
    pngChunk('IDAT', deflateSync(rows)),
    behind ? exif : [],
    pngChunk('IEND', new Uint8Array(0)),
  );
}

export async function jpeg(picture: Picture, orientation?: number, little = false): Promise<Uint8Array> {
  const whole = new Uint8Array(await encodeJpeg(picture as ImageData, { quality: 90 }));
  if (orientation === undefined) return whole;
  const exif = concat('Exif\0\0', exifBlock(orientation, little));
  return concat([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2], exif, whole.subarray(2));
}

/** Lossless, in the extended form where there is an orientation. */
export async function webp(picture: Picture, orientation?: number): Promise<Uint8Array> {
  const plain = new Uint8Array(await encodeWebp(picture as ImageData, { lossless: 1, exact: 1 }));
  if (orientation === undefined) return plain;
  const three = (value: number): number[] => [value & 255, (value >> 8) & 255, value >> 16];
  const stream = plain.subarray(plain.subarray(12, 16).join() === '86,80,56,88' ? 30 : 12);
  const body = concat(
    'WEBP',
    'VP8X',
    u32(10, true),
    [0x18, 0, 0, 0],
    three(picture.width - 1),
    three(picture.height - 1),
    stream,
    'EXIF',
    u32(26, true),
    exifBlock(orientation),
  );
  return concat('RIFF', u32(body.length, true), body);
}
