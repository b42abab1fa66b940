// One golden record on one device: what a verify thread does for each file it is given.
import { checkRecord } from '../graph/inspect/golden-check.ts';
import type { GoldenReport, GoldenRun, tolerances } from '../graph/inspect/golden-parts.ts';
import { checkTaskRecord, inputSizeOf, parseRecord } from '../graph/inspect/task-record.ts';
import { runReference } from '../graph/ir/reference.ts';
import { readText } from './files.ts';
import { buildGraph, openPreset, openText } from './source.ts';

export interface VerifiedFile {
  readonly file: string;
  readonly model?: string;
  readonly inputSize?: number;
  readonly passed: boolean;
  readonly failures: readonly string[];
  /** Largest difference in standard deviations, or in `unit`; undefined when nothing could be compared. */
  readonly worst?: number;
  readonly worstAt?: string;
  readonly unit?: string;
  readonly seconds: number;
}

/** Where a net runs, and in which precision. */
export interface Executor {
  readonly execute: GoldenRun['execute'];
  readonly precision: keyof typeof tolerances;
}

const cpu: Executor = {
  execute: (graph, params, input, keep) => runReference(graph, params, input, { keep }),
  precision: 'f32',
};

/** Never throws: what goes wrong is the file's failure, in a sentence. */
export async function verifyFile(file: string, { execute, precision }: Executor = cpu): Promise<VerifiedFile> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const failed = (sentence: string, known = {}): VerifiedFile => ({
    file,
    passed: false,
    failures: [sentence],
    seconds: seconds(),
    ...known,
  });
  let text: string;
  try {
    text = readText(file, 'record');
  } catch (error) {
    return failed((error as Error).message);
  }
  const parsed = parseRecord(text);
  if ('problem' in parsed) return failed(parsed.problem);
  const known =
    'task' in parsed
      ? { model: parsed.task.model, inputSize: inputSizeOf(parsed.task) }
      : { model: parsed.record.model, inputSize: parsed.record.input_size };
  let report: GoldenReport;
  try {
    if ('task' in parsed) {
      const { arch, model } = parsed.task;
      const build = (size: number) => buildGraph(openText(model, arch, { input: size }));
      report = await checkTaskRecord(parsed.task, { build, execute }, precision);
    } else {
      const { record } = parsed;
      const build = (size: number) => buildGraph(openPreset(record.model, { input: size }));
      report = await checkRecord(record, { build, execute }, precision);
    }
  } catch (error) {
    return failed((error as Error).message, known);
  }
  const { passed, failures, worst, worstAt } = report;
  return { file, ...known, passed, failures, ...(worstAt !== '' && { worst, worstAt }), seconds: seconds() };
}
