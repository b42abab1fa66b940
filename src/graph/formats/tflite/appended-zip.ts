// Files in a zip at the end of another file, as TFLite keeps its labels: those that are stored as they are, every place checked before it is read.
// APPNOTE.TXT 6.3 of PKWARE: the end record, the central directory, then each file behind its local header.
import { utf8Decode } from '../../utf8.ts';

const endRecord = 0x06054b50;
const entryRecord = 0x02014b50;
const localRecord = 0x04034b50;
/** Entries, and bytes of one. */
const limits = { entries: 64, bytes: 4 * 2 ** 20 };

/** Name → content; a file that is compressed, too large or out of bounds is left out. */
export function storedFiles(file: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const has = (at: number, size: number): boolean => at >= 0 && at + size <= file.length;
  const found = new Map<string, Uint8Array>();
  // Its comment has at most 65,535 bytes.
  let end = file.length - 22;
  const earliest = Math.max(0, end - 65535);
  while (end >= earliest && view.getUint32(end, true) !== endRecord) end--;
  if (end < earliest) return found;
  const size = view.getUint32(end + 12, true);
  // Places count from where the zip begins, which some writers take for the file's beginning.
  const shift = end - size - view.getUint32(end + 16, true);
  let at = end - size;
  for (let i = 0; i < Math.min(view.getUint16(end + 10, true), limits.entries); i++) {
    if (!has(at, 46) || view.getUint32(at, true) !== entryRecord) break;
    const method = view.getUint16(at + 10, true);
    const bytes = view.getUint32(at + 20, true);
    const nameBytes = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true) + shift;
    if (!has(at + 46, nameBytes)) break;
    const name = utf8Decode(file.subarray(at + 46, at + 46 + nameBytes));
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (method !== 0 || bytes > limits.bytes || !has(local, 30) || view.getUint32(local, true) !== localRecord)
      continue;
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if ('text' in name && has(from, bytes)) found.set(name.text, file.subarray(from, from + bytes));
  }
  return found;
}
