// Picture files on the command line: read, decoded by the decoders that the page uses, and found in folders as people have them.
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { isPictureKind, nameOfKind, sniff } from '../graph/formats/sniff/sniff.ts';
import { PictureError, type PictureFormat } from '../graph/formats/pictures/header.ts';
import type { InferredGraph } from '../graph/ir/graph.ts';
import type { Picture } from '../graph/pictures/preprocess.ts';
import { pictureDecoder } from '../workers/pictures/decode.ts';
import { readBytes, readHead, systemReason } from './files.ts';
import { NetError, UsageError } from './verb.ts';

const require = createRequire(import.meta.url);
const codecFiles: Readonly<Record<PictureFormat, string>> = {
  jpeg: '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
  png: '@jsquash/png/codec/pkg/squoosh_png_bg.wasm',
  webp: '@jsquash/webp/codec/dec/webp_dec.wasm',
};
const decode = pictureDecoder((format) =>
  WebAssembly.compile(new Uint8Array(readFileSync(require.resolve(codecFiles[format])))),
);

/** Pixels of a JPEG, PNG or WebP file's bytes, turned as EXIF says. Throws {@link UsageError} naming `file` and the fix. */
export async function decodePicture(bytes: Uint8Array, file: string): Promise<Picture> {
  try {
    return await decode(bytes, file);
  } catch (error) {
    if (error instanceof PictureError) throw new UsageError(error.message);
    throw error;
  }
}

/** Throws {@link UsageError} when the file cannot be read or decoded. */
export async function readPicture(file: string): Promise<Picture> {
  return decodePicture(readBytes(file), file);
}

/** Channels, height and width of a net's input. Throws {@link NetError} for one that takes no colour picture, with what it takes. */
export function colourInput({ name, facts, inputs }: InferredGraph): readonly [3, number, number] {
  const shape = facts.get(inputs[0] ?? '')?.shape ?? [];
  const [, height, width, channels] = shape;
  if (shape.length === 4 && channels === 3) return [3, height as number, width as number];
  const has =
    shape.length === 4
      ? `has ${channels ?? 0} channel${channels === 1 ? '' : 's'}`
      : `is [${shape.join(', ')}], no map of pixels`;
  throw new NetError(`${name} does not take a colour picture: its input ${has}.`);
}

/** A file of a folder that is not used, and why: `is empty (0 bytes)`. */
export interface LeftOut {
  readonly file: string;
  readonly why: string;
}

export interface FoundPictures {
  readonly folder: string;
  /** By path; folders inside are opened. */
  readonly files: readonly string[];
  /** Files that are no pictures; hidden ones and system files are not even named. */
  readonly leftOut: readonly LeftOut[];
  readonly hidden: number;
}

/** No folder of pictures is deeper or larger; a whole disk is. */
const most = { depth: 12, files: 200_000 } as const;
const systemFiles = /^(thumbs\.db|desktop\.ini|ehthumbs\.db|icon\r)$/i;

function whyUnread(path: string, error: unknown): string {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry?.isSymbolicLink() && !existsSync(path)) return 'is a link that leads nowhere';
  return entry ? `cannot be read: ${systemReason(error)}` : 'is gone';
}

/** Picture files of a folder and of those inside it, told by their first bytes. Throws {@link UsageError} when there are none. */
export function findPictures(folder: string): FoundPictures {
  const [files, leftOut]: [string[], LeftOut[]] = [[], []];
  let hidden = 0;
  const visited = new Set<string>();
  const look = (path: string, depth: number): void => {
    const real = realpathSync(path);
    if (visited.has(real) || depth > most.depth) return;
    visited.add(real);
    for (const name of readdirSync(path).sort()) {
      const at = join(path, name);
      if (files.length + leftOut.length >= most.files) return;
      if (name.startsWith('.') || name === '__MACOSX' || systemFiles.test(name)) hidden++;
      else
        try {
          const found = statSync(at);
          if (found.isDirectory()) look(at, depth + 1);
          else if (!found.isFile()) leftOut.push({ file: at, why: 'is no ordinary file' });
          else {
            const kind = sniff(readHead(at));
            if (isPictureKind(kind)) files.push(at);
            else leftOut.push({ file: at, why: `is ${nameOfKind(kind)}` });
          }
        } catch (error) {
          leftOut.push({ file: at, why: whyUnread(at, error) });
        }
    }
  };
  const kind = statSync(folder, { throwIfNoEntry: false });
  if (!kind) throw new UsageError(`there is no folder "${folder}".`);
  if (!kind.isDirectory()) throw new UsageError(`"${folder}" is a file; give the folder that holds the pictures.`);
  look(folder, 0);
  if (files.length === 0)
    throw new UsageError(
      `"${folder}" holds no JPEG, PNG or WebP picture${leftOut.length + hidden > 0 ? `; ${leftOutText(folder, leftOut, hidden)}` : ''}.`,
    );
  return { folder, files, leftOut, hidden };
}

/** `3 files left out: "a.txt" is a text, …`, without a full stop; the names count from the folder. */
export function leftOutText(folder: string, leftOut: readonly LeftOut[], hidden: number, most = 5): string {
  const count = leftOut.length + hidden;
  const named = leftOut.slice(0, most).map(({ file, why }) => `"${relative(folder, file)}" ${why}`);
  if (leftOut.length > most) named.push(`${leftOut.length - most} more`);
  if (hidden > 0) named.push(`${hidden} hidden or system ${hidden === 1 ? 'file' : 'files'}`);
  return `${count} ${count === 1 ? 'file' : 'files'} left out: ${named.join(', ')}`;
}
