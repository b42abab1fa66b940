// One training record on the CPU: what `verify --train` does for each file it is given.
import { checkTrainRecord } from '../graph/train/records/check.ts';
import { readText } from './files.ts';
import type { VerifiedFile } from './verify-record.ts';

/** Never throws: what goes wrong is the file's failure, in a sentence. */
export function verifyTrainFile(file: string): VerifiedFile {
  const started = performance.now();
  try {
    const { passed, failures, worst, worstAt } = checkTrainRecord(readText(file, 'record'));
    const seconds = (performance.now() - started) / 1000;
    return { file, passed, failures, ...(worstAt !== '' && { worst, worstAt, unit: 'of the bound' }), seconds };
  } catch (error) {
    return { file, passed: false, failures: [(error as Error).message], seconds: (performance.now() - started) / 1000 };
  }
}
