// A WebP's chunks (RFC 9649): size from VP8X, VP8L or VP8, orientation from EXIF; the whole file must be there.
import { exifOrientation } from './exif.ts';
import { cutShort, damaged, type Orientation, type PictureFacts } from './facts.ts';

export function webpHeader(bytes: Uint8Array): PictureFacts | { readonly problem: string } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 20) return { problem: cutShort };
  const whole = 8 + view.getUint32(4, true);
  if (whole > bytes.length) return { problem: cutShort };
  let orientation: Orientation = 1;
  let size: { width: number; height: number } | undefined;
  let data = false;
  // Chunks are padded to an even length; some writers leave the last pad byte away.
  for (let at = 12; at + 8 <= whole;) {
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    const body = at + 8;
    if (body + length > whole) return { problem: cutShort };
    if (name === 'ANIM' || name === 'ANMF')
      return { problem: 'is an animated WebP; save one of its frames as PNG and use that' };
    if (name === 'VP8X' && length >= 10) {
      const three = (offset: number): number => view.getUint16(offset, true) + 65536 * view.getUint8(offset + 2);
      size = { width: 1 + three(body + 4), height: 1 + three(body + 7) };
    } else if (name === 'VP8L' && length >= 5) {
      const packed = view.getUint32(body + 1, true);
      size ??= { width: 1 + (packed & 0x3fff), height: 1 + ((packed >>> 14) & 0x3fff) };
      data = true;
    } else if (name === 'VP8 ' && length >= 10) {
      size ??= {
        width: view.getUint16(body + 6, true) & 0x3fff,
        height: view.getUint16(body + 8, true) & 0x3fff,
      };
      data = true;
    } else if (name === 'EXIF') {
      // Some writers keep JPEG's six bytes before the TIFF header.
      const prefixed = bytes[body] === 0x45 && bytes[body + 1] === 0x78;
      orientation = exifOrientation(bytes, body + (prefixed ? 6 : 0), body + length);
    }
    at = body + length + (length % 2);
  }
  return size && data ? { ...size, orientation } : { problem: damaged('it holds no pixels') };
}
