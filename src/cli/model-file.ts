// A model file of another program named on the command line, with the files beside it that it may keep weights in.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openModel } from '../graph/formats/open.ts';
import { ModelError, type Model } from '../graph/formats/model/model.ts';
import { NetError, UsageError } from './verb.ts';

/** Largest file that is read, bytes. */
const most = 1e9;

/** Reads FILE.onnx or FILE.tflite. Throws {@link UsageError} when there is no such file, {@link NetError} when it is no sound model. */
export function readModel(path: string): Model {
  const file = bytesOf(path);
  const companions = new Map<string, Uint8Array>();
  const folder = dirname(path);
  // Names that the model asks for are looked up in this list: nothing else of the folder is opened.
  const beside = new Map(readdirSync(folder).map((name) => [name, join(folder, name)]));
  try {
    return openModel(file, lazyFiles(beside, basename(path), companions));
  } catch (error) {
    if (error instanceof ModelError) throw new NetError(`${path}: ${error.message}`);
    throw error;
  }
}

function bytesOf(path: string): Uint8Array {
  try {
    if (statSync(path).size > most) throw new UsageError(`"${path}" is larger than 1 GB.`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(
      missing ? `there is no file "${path}".` : `"${path}" cannot be read: ${(error as Error).message}`,
    );
  }
}

/** A map that reads a file when it is first asked for. */
function lazyFiles(
  beside: ReadonlyMap<string, string>,
  own: string,
  read: Map<string, Uint8Array>,
): ReadonlyMap<string, Uint8Array> {
  const get = read.get.bind(read);
  read.get = (name) => {
    const path = name === own ? undefined : beside.get(name);
    if (path !== undefined && !read.has(name) && statSync(path).isFile()) read.set(name, bytesOf(path));
    return get(name);
  };
  return read;
}
