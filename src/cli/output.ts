// Files that the command line writes. A verb can only write through here: the path is checked before the work, nothing that exists or
// is read is overwritten unasked, the bytes go to a file beside it first, and they are read back before it takes its name.
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { systemReason, wasRead } from './files.ts';
import { bytes as bytesText } from './text-table.ts';
import { UsageError, type Option, type Output } from './verb.ts';

export interface OutputRequest {
  readonly option: Option & { readonly writes: readonly string[] };
  readonly path: string;
  /** Every other word of the command line: files among them are read, folders are looked into. */
  readonly others: readonly string[];
  readonly force: boolean;
}

const stat = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

/** Throws {@link UsageError} with the reason and the fix. Nothing is left on the disk. */
export function openOutput({ option, path, others, force }: OutputRequest): Output {
  const refuse = (why: string): never => {
    throw new UsageError(`--${option.name} "${path}" cannot be written: ${why}.`);
  };
  const target = targetOf(path, refuse);
  const { writes: endings } = option;
  const existing = stat(target);
  if (existing?.isDirectory() || /[\\/]$/.test(path)) refuse('it is a folder; give the name of a file in it');
  if (existing && !existing.isFile()) refuse('it is no ordinary file');
  if (!endings.some((ending) => path.toLowerCase().endsWith(ending) && basename(path).length > ending.length))
    refuse(`its name must end in ${endings.join(' or ')}`);
  const folder = dirname(target);
  const holder = stat(folder);
  if (!holder) refuse(`there is no folder "${dirname(path)}"`);
  if (!holder?.isDirectory()) refuse(`"${dirname(path)}" is no folder`);
  if (existing) {
    const reader = others.find((other) => reads(other, existing));
    if (reader !== undefined) refuse(`this command reads that file ("${reader}"); give another name`);
    if (!force) refuse('the file exists; give another name, or --force to replace it');
  }
  const aside = join(folder, `.${basename(target).slice(0, 100)}.${process.pid}.part`);
  probe(aside, refuse);
  /** The file that lies there is this command's own: long work saves again and again. */
  let own = false;
  return {
    path,
    target,
    reserve(bytes) {
      const now = stat(target);
      if (now && wasRead(now)) refuse('this command reads that file; give another name');
      const { bavail, bsize } = statfsSync(folder);
      // Some file systems report no sizes at all.
      if (bsize > 0 && bavail * bsize < bytes && !(bavail === 0 && statfsSync(folder).blocks === 0))
        refuse(`the disk has ${bytesText(bavail * bsize)} left, ${bytesText(bytes)} may be needed`);
    },
    save(bytes, readBack) {
      try {
        write(aside, bytes);
        const { buffer, byteOffset, byteLength } = readFileSync(aside);
        const found = new Uint8Array(buffer, byteOffset, byteLength);
        if (found.length !== bytes.length || found.some((byte, i) => byte !== bytes[i]))
          refuse('the disk gave back other bytes than were written');
        readBack(found);
        // Something may have come to lie there during the work.
        if (!force && !own && stat(target)) refuse('a file of that name has appeared meanwhile; give another name');
        const now = stat(target);
        if (now && wasRead(now)) refuse('this command reads that file; give another name');
        renameSync(aside, target);
        own = true;
      } catch (error) {
        if (error instanceof UsageError) throw error;
        refuse(
          (error as NodeJS.ErrnoException).code === undefined
            ? `what was made is not sound: ${(error as Error).message}`
            : systemReason(error),
        );
      } finally {
        rmSync(aside, { force: true });
      }
    },
  };
}

/** The file that a path stands for: a link is followed, so that it keeps pointing where it points. */
function targetOf(path: string, refuse: (why: string) => never): string {
  try {
    if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return resolve(path);
    if (!stat(path)) refuse('it is a link that leads nowhere');
    return realpathSync(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return refuse(systemReason(error));
  }
}

/** True where the word names this very file, by any path or link, or a folder that holds it. */
function reads(word: string, file: Stats): boolean {
  const same = (found: Stats | undefined): boolean => found?.ino === file.ino && found.dev === file.dev;
  try {
    const found = stat(word);
    if (!found?.isDirectory()) return same(found);
    return readdirSync(word, { recursive: true, encoding: 'utf8' }).some((name) => same(stat(join(word, name))));
  } catch {
    // A word that is no path at all.
    return false;
  }
}

/** Makes the file beside the target and takes it away again: the one sure answer to whether the folder can be written. */
function probe(aside: string, refuse: (why: string) => never): void {
  try {
    closeSync(openSync(aside, 'w'));
    rmSync(aside);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    refuse(code === 'EACCES' || code === 'EPERM' ? 'its folder may not be written' : systemReason(error));
  }
}

function write(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'w');
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
