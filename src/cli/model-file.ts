// A model file of another program named on the command line, with the files beside it that it may keep weights in.
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ModelError, modelLimits, type Model } from '../graph/formats/model/model.ts';
import { openModel } from '../graph/formats/open.ts';
import { refusal } from '../graph/formats/sniff/sniff.ts';
import { readBytes, readHead } from './files.ts';
import { NetError, UsageError } from './verb.ts';

/** Reads FILE.onnx or FILE.tflite. Throws {@link UsageError} when it is no such file, {@link NetError} when it is no sound model. */
export function readModel(path: string): Model {
  const foreign = refusal(readHead(path), 'model');
  if (foreign !== undefined) throw new UsageError(`"${path}" ${foreign}.`);
  if (statSync(path).size > modelLimits.fileBytes) throw new UsageError(`"${path}" is larger than 1 GB.`);
  const folder = dirname(path);
  // A model asks by name, and only a plain file that lies beside it answers: no name reaches another folder.
  const beside = new Set(readdirSync(folder));
  const companions = (name: string): Uint8Array | undefined =>
    beside.has(name) && name !== basename(path) && statSync(join(folder, name)).isFile()
      ? readBytes(join(folder, name))
      : undefined;
  try {
    return openModel(readBytes(path), companions);
  } catch (error) {
    if (error instanceof ModelError) throw new NetError(`${path}: ${error.message}`);
    throw error;
  }
}
