// The orientation in a block of EXIF data (a small TIFF file): tag 0x0112 of its first directory. Anything unsound counts as "as it lies".
import type { Orientation } from './facts.ts';

const orientationTag = 0x0112;
const shortType = 3;

/** `bytes[from, to)` begins with `II` or `MM`, the byte order. */
export function exifOrientation(bytes: Uint8Array, from: number, to = bytes.length): Orientation {
  if (to - from < 14) return 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, to - from);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  if (view.getUint16(2, little) !== 42) return 1;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return 1;
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > view.byteLength) return 1;
    if (view.getUint16(entry, little) !== orientationTag || view.getUint16(entry + 2, little) !== shortType) continue;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? (value as Orientation) : 1;
  }
  return 1;
}
