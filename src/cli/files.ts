// Files that the command line reads: every failure is a sentence, and what a file is decides its content, never its name.
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, type Stats } from 'node:fs';
import { decodeText, refusal, sniff, sniffBytes, type FileKind, type Wanted } from '../graph/formats/sniff/sniff.ts';
import { UsageError } from './verb.ts';

const reasons: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  EACCES: 'its permissions do not allow it',
  EPERM: 'its permissions do not allow it',
  ENOTDIR: 'a part of its path is no folder',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its links lead in a circle',
  EMFILE: 'too many files are open',
  ENOSPC: 'the disk is full',
  EROFS: 'its disk is read-only',
  EIO: 'the disk reports an error',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GB',
};

/** Why the system refused, in words; the system's own where it is none of the usual ones. */
export function systemReason(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}

function refused(file: string, error: unknown): UsageError {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new UsageError(`there is no file "${file}".`);
  return new UsageError(`"${file}" cannot be read: ${systemReason(error)}.`);
}

/** Device and number of every file that was read: whatever name it has, it is not to be written. */
const filesRead = new Set<string>();
const identity = ({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string => `${dev}:${ino}`;
/** True for a file that the command has read, under this name or another. */
export const wasRead = (file: Pick<Stats, 'dev' | 'ino'>): boolean => filesRead.has(identity(file));
/** A new command begins. */
export const forgetFiles = (): void => filesRead.clear();

/** Bytes of a file, as a plain Uint8Array: Node's Buffer has methods of the same names that do other things. Throws {@link UsageError}. */
export function readBytes(file: string): Uint8Array {
  try {
    filesRead.add(identity(statSync(file)));
    const { buffer, byteOffset, byteLength } = readFileSync(file);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw refused(file, error);
  }
}

/** The first bytes of a file, as many as tell what it is. Throws {@link UsageError}. */
export function readHead(file: string): Uint8Array {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const head = new Uint8Array(sniffBytes);
      return head.subarray(0, readSync(descriptor, head));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw refused(file, error);
  }
}

/** What a file is; undefined where there is no readable file of this name. */
export function kindOfFile(file: string): FileKind | undefined {
  return existsSync(file) && statSync(file).isFile() ? sniff(readHead(file)) : undefined;
}

/** Text of a file in UTF-8 or UTF-16. Throws {@link UsageError} when it is of another kind than wanted, or cannot be read. */
export function readText(file: string, wanted: Wanted = 'net'): string {
  const bytes = readBytes(file);
  // An empty text, JSON or XML is a text with problems, and its reader says which.
  const foreign = refusal(bytes, wanted, ['empty', 'json', 'xml']);
  if (foreign !== undefined) throw new UsageError(`"${file}" ${foreign}.`);
  const decoded = decodeText(bytes);
  if ('problem' in decoded) throw new UsageError(`"${file}" ${decoded.problem}.`);
  return decoded.text;
}
