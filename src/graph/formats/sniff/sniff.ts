// What a file is, by its first bytes and never by its name: asked by every path of the command line and by the page's intake.
import { binaryKind } from './binary.ts';
import { kinds, misplaced, type FileKind, type Wanted } from './kinds.ts';
import { textKind } from './text.ts';

export { opens } from './kinds.ts';
export { decodeText } from './text.ts';
export type { FileKind, Wanted } from './kinds.ts';

/** As many bytes of a file's beginning as any kind needs to be told. */
export const sniffBytes = 8192;

/** `bytes`: the whole file, or its first {@link sniffBytes}. */
export function sniff(bytes: Uint8Array): FileKind {
  if (bytes.length === 0) return 'empty';
  const head = bytes.subarray(0, sniffBytes);
  return binaryKind(head) ?? textKind(head) ?? (head.every((byte) => byte === 0) ? 'zeros' : 'binary');
}

const accepted: Readonly<Record<Wanted, readonly FileKind[]>> = {
  weights: ['safetensors'],
  picture: ['jpeg', 'png', 'webp'],
  net: ['text', 'timm'],
  // What is of no known kind may be a damaged model: its reader says where.
  model: ['onnx', 'tflite', 'binary', 'empty'],
  record: ['record', 'json'],
  any: ['text', 'timm', 'int8', 'onnx', 'tflite', 'safetensors', 'jpeg', 'png', 'webp'],
};

/** Undefined where the bytes are of a kind that the place takes (`also`: more kinds than usual); else the end of a sentence: `is …; …`. */
export function refusal(bytes: Uint8Array, wanted: Wanted, also: readonly FileKind[] = []): string | undefined {
  const kind = sniff(bytes);
  return accepted[wanted].includes(kind) || also.includes(kind) ? undefined : misplaced(kind, wanted);
}

/** `a PNG picture`. */
export const nameOfKind = (kind: FileKind): string => kinds[kind].what;

/** Kinds that are shown to a net. */
export const isPictureKind = (kind: FileKind): boolean => accepted.picture.includes(kind);
