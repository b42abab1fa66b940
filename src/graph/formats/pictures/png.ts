// A PNG's chunks (W3C PNG, third edition): size from IHDR, orientation from eXIf; every chunk must be whole and its checksum right.
import { exifOrientation } from './exif.ts';
import { cutShort, damaged, type Orientation, type PictureFacts } from './facts.ts';

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0xffffffff;
  for (let i = from; i < to; i++) crc = (table[(crc ^ (bytes[i] as number)) & 255] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

export function pngHeader(bytes: Uint8Array): PictureFacts | { readonly problem: string } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) return { problem: cutShort };
  if (view.getUint32(4) !== 0x0d0a1a0a)
    return { problem: damaged('its line ends were changed by a program that took it for a text') };
  let orientation: Orientation = 1;
  let size: { width: number; height: number } | undefined;
  let data = false;
  for (let at = 8; ;) {
    if (at + 12 > bytes.length) return { problem: cutShort };
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > bytes.length) return { problem: cutShort };
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    // Capital first letter: the picture cannot be shown without it.
    if (/^[A-Z]/.test(name) && crc32(bytes, at + 4, end - 4) !== view.getUint32(end - 4))
      return { problem: damaged(`the checksum of its ${name} chunk at byte ${at} is wrong`) };
    if (name === 'IHDR' && length === 13) size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    else if (!size) return { problem: damaged('it does not begin with its size') };
    else if (name === 'eXIf') orientation = exifOrientation(bytes, at + 8, end - 4);
    else if (name === 'IDAT') data = true;
    else if (name === 'IEND') return data ? { ...size, orientation } : { problem: damaged('it holds no pixels') };
    at = end;
  }
}
