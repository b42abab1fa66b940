// Binary files by their first bytes: signatures as the formats' own documents give them, asked in order.
import type { FileKind } from './kinds.ts';

const at = (bytes: Uint8Array, offset: number, signature: string | readonly number[]): boolean => {
  for (let i = 0; i < signature.length; i++) {
    const wanted = typeof signature === 'string' ? signature.charCodeAt(i) : signature[i];
    if (bytes[offset + i] !== wanted) return false;
  }
  return true;
};

/** Bytes as Latin-1 text, for looking up names inside a header. */
const latin = (bytes: Uint8Array, from: number, to: number): string => {
  let text = '';
  for (let i = from; i < Math.min(to, bytes.length); i++) text += String.fromCharCode(bytes[i] as number);
  return text;
};

/** Signature, and where it stands. */
const signatures: readonly (readonly [FileKind, number, string | readonly number[]])[] = [
  ['png', 0, [0x89, 0x50, 0x4e, 0x47]],
  ['jpeg', 0, [0xff, 0xd8, 0xff]],
  ['gif', 0, 'GIF8'],
  ['hdf5', 0, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['gguf', 0, 'GGUF'],
  ['tflite', 4, 'TFL3'],
  ['npy', 0, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]],
  ['gzip', 0, [0x1f, 0x8b]],
  ['xz', 0, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', 0, [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', 0, 'BZh'],
  ['sevenZip', 0, [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['rar', 0, 'Rar!'],
  ['tar', 257, 'ustar'],
  ['pdf', 0, '%PDF'],
  ['tiff', 0, [0x49, 0x49, 0x2a, 0x00]],
  ['tiff', 0, [0x4d, 0x4d, 0x00, 0x2a]],
  ['tiff', 0, [0x49, 0x49, 0x2b, 0x00]],
  ['tiff', 0, [0x4d, 0x4d, 0x00, 0x2b]],
  ['jxl', 0, [0xff, 0x0a]],
  ['jxl', 4, 'JXL '],
  ['jp2', 4, 'jP  '],
  ['psd', 0, '8BPS'],
  ['appleDouble', 0, [0x00, 0x05, 0x16, 0x07]],
  ['folderNote', 0, [0x00, 0x00, 0x00, 0x01, 0x42, 0x75, 0x64, 0x31]],
  ['thumbnails', 0, [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]],
  ['ico', 0, [0x00, 0x00, 0x01, 0x00]],
  ['program', 0, [0x7f, 0x45, 0x4c, 0x46]],
  ['database', 0, 'SQLite format 3'],
  ['video', 0, [0x1a, 0x45, 0xdf, 0xa3]],
  ['audio', 0, 'OggS'],
  ['audio', 0, 'fLaC'],
  ['audio', 0, 'ID3'],
];

/** The kind of a file that is no text, or undefined. `bytes` is its beginning, at least the first kilobyte where there is one. */
export function binaryKind(bytes: Uint8Array): FileKind | undefined {
  const own = safetensorsKind(bytes);
  if (own) return own;
  for (const [kind, offset, signature] of signatures) if (at(bytes, offset, signature)) return kind;
  if (at(bytes, 0, 'RIFF')) return at(bytes, 8, 'WEBP') ? 'webp' : at(bytes, 8, 'AVI ') ? 'video' : 'audio';
  if (at(bytes, 4, 'ftyp')) return mediaKind(bytes);
  if (at(bytes, 0, 'PK\x03\x04') || at(bytes, 0, 'PK\x05\x06')) return zipKind(bytes);
  // Protocol 2 to 5 of pickle: PROTO, its number, then an opcode.
  if (bytes[0] === 0x80 && (bytes[1] as number) >= 2 && (bytes[1] as number) <= 5) return 'pickle';
  // The header's size field follows the file's: 12 is OS/2's, 40 and more are Windows'.
  if (at(bytes, 0, 'BM') && bytes.length >= 18 && [12, 16, 40, 52, 56, 64, 108, 124].includes(bytes[14] as number))
    return 'bmp';
  return protobufKind(bytes);
}

/** A length below 100 MB (the reference's limit), then the "{" of the header. */
function safetensorsKind(bytes: Uint8Array): FileKind | undefined {
  if (bytes.length < 9) return undefined;
  const high = (bytes[3] as number) * 2 ** 24 + (bytes[2] as number) * 2 ** 16;
  if (high > 100e6 || bytes[4] !== 0 || bytes[5] !== 0 || bytes[6] !== 0 || bytes[7] !== 0) return undefined;
  const header = latin(bytes, 8, bytes.length);
  if (!/^\s*\{/.test(header)) return undefined;
  return /"bottleneck"\s*:\s*"\{/.test(header) ? 'int8' : 'safetensors';
}

/** ISO base media: the major brand, then those that the file is also readable as. */
function mediaKind(bytes: Uint8Array): FileKind {
  const end = Math.min(bytes.length, (bytes[3] as number) + 256 * (bytes[2] as number));
  const brands = latin(bytes, 8, Math.max(end, 12)).match(/.{4}/gs) ?? [];
  if (brands.some((brand) => /^avi[fs]/.test(brand))) return 'avif';
  if (brands.some((brand) => /^(hei|hev|mif1|msf1)/.test(brand))) return 'heic';
  return /^M4A/.test(brands[0] ?? '') ? 'audio' : 'video';
}

/** By the names of the files inside that the beginning shows. PyTorch's own archives have `NAME/data.pkl` first. */
function zipKind(bytes: Uint8Array): FileKind {
  const names = latin(bytes, 30, 4096);
  if (/\.npy/.test(names)) return 'npz';
  if (/model\.weights\.h5|config\.json|metadata\.json/.test(names)) return 'keras';
  if (/\[Content_Types\]|word\/|xl\/|ppt\/|mimetype/.test(names)) return 'office';
  const first = names.slice(0, (bytes[26] ?? 0) + 256 * (bytes[27] ?? 0));
  // A zip whose name list does not begin here (or a stub of one) is most often a checkpoint in this place.
  return first === '' || /data\.pkl|\/version|\/byteorder|\.format_version|constants\.pkl/.test(names)
    ? 'torchZip'
    : 'zip';
}

/**
 * Files of protobuf begin with field 1: ONNX's ir_version (3 and more), then one of ModelProto's other fields; TensorFlow's and Core ML's models
 * alike, but what ONNX has next is its producer's name and Core ML's a message. A GraphDef begins with its first node: message, name, op.
 */
function protobufKind(bytes: Uint8Array): FileKind | undefined {
  const [tag, version, next] = bytes;
  if (tag === 0x0a) return isGraphDef(bytes) ? 'tensorflowGraph' : undefined;
  if (tag !== 0x08 || version === undefined || version === 0 || version > 30 || next === undefined) return undefined;
  if (version === 1 && next === 0x12) return 'savedModel';
  if (next === 0x12 && bytes[afterLength(bytes, 3)] === 0x0a) return 'coreml';
  return [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72].includes(next) ? 'onnx' : undefined;
}

/** Place behind the length (a varint) at `from`. */
function afterLength(bytes: Uint8Array, from: number): number {
  let place = from;
  while (place < from + 5 && (bytes[place] ?? 0) >= 0x80) place++;
  return place + 1;
}

function isGraphDef(bytes: Uint8Array): boolean {
  const name = afterLength(bytes, 1);
  const length = bytes[name + 1] ?? 0;
  if (bytes[name] !== 0x0a || length === 0 || length >= 0x80) return false;
  const end = name + 2 + length;
  return bytes[end] === 0x12 && /^[\w./-]+$/.test(latin(bytes, name + 2, end));
}
