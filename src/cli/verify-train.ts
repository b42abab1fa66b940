// One training record: what `verify --train` does for each file it is given, on the CPU or by kernels.
import type { RecordBackend } from '../graph/train/records/backend.ts';
import { checkTrainRecord } from '../graph/train/records/check.ts';
import type { BuildNet } from '../graph/train/records/net.ts';
import { readText } from './files.ts';
import { buildGraph, openPreset, openText } from './source.ts';
import type { VerifiedFile } from './verify-record.ts';

/** A record has a preset's name or a text; one without either names a preset by its model. */
const build: BuildNet = ({ arch, preset, model }) =>
  buildGraph(arch === undefined ? openPreset(preset ?? model) : openText(model, arch));

/** Never throws: what goes wrong is the file's failure, in a sentence. */
export async function verifyTrainFile(file: string, backend?: RecordBackend): Promise<VerifiedFile> {
  const started = performance.now();
  try {
    const { passed, failures, worst, worstAt } = await checkTrainRecord(readText(file, 'record'), build, backend);
    const seconds = (performance.now() - started) / 1000;
    return { file, passed, failures, ...(worstAt !== '' && { worst, worstAt, unit: 'of the bound' }), seconds };
  } catch (error) {
    return { file, passed: false, failures: [(error as Error).message], seconds: (performance.now() - started) / 1000 };
  }
}
