// A JPEG's markers up to its first scan (ITU-T T.81, annex B): size from the frame header, orientation from the EXIF block; and its end.
import { exifOrientation } from './exif.ts';
import { cutShort, damaged, type Orientation, type PictureFacts } from './facts.ts';

const startOfScan = 0xda;
const endOfImage = 0xd9;
const app1 = 0xe1;
/** Frame headers, each another process of coding; C4, C8 and CC are tables. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

export function jpegHeader(bytes: Uint8Array): PictureFacts | { readonly problem: string } {
  let orientation: Orientation | undefined;
  let size: { width: number; height: number } | undefined;
  for (let at = 2; ;) {
    if (at + 4 > bytes.length) return { problem: cutShort };
    if (bytes[at] !== 0xff) return { problem: damaged(`byte ${at} is no marker`) };
    const marker = bytes[at + 1] as number;
    // Fill bytes may stand before a marker.
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === endOfImage) return { problem: damaged('it ends before the picture begins') };
    const length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    const body = at + 4;
    if (length < 2) return { problem: damaged(`a block at byte ${at} is too short`) };
    if (at + 2 + length > bytes.length) return { problem: cutShort };
    if (marker === app1 && orientation === undefined && isExif(bytes, body))
      orientation = exifOrientation(bytes, body + 6, at + 2 + length);
    else if (isFrame(marker)) {
      if (length < 8) return { problem: damaged('its frame header is too short') };
      size = {
        height: ((bytes[body + 1] as number) << 8) | (bytes[body + 2] as number),
        width: ((bytes[body + 3] as number) << 8) | (bytes[body + 4] as number),
      };
    } else if (marker === startOfScan) {
      if (!size) return { problem: damaged('its first scan has no frame') };
      return hasEnd(bytes, at) ? { ...size, orientation: orientation ?? 1 } : { problem: cutShort };
    }
    at += 2 + length;
  }
}

const isExif = (bytes: Uint8Array, at: number): boolean =>
  [0x45, 0x78, 0x69, 0x66, 0, 0].every((byte, i) => bytes[at + i] === byte);

/** An end marker stands somewhere behind the first scan; other programs' data may follow it. */
function hasEnd(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.length - 2; at > from; at--) if (bytes[at] === 0xff && bytes[at + 1] === endOfImage) return true;
  return false;
}
