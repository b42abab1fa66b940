// A training record of any kind: which one it is, and the check that belongs to it.
import * as v from 'valibot';
import { onCpu, type RecordBackend } from './backend.ts';
import { checkNet, type BuildNet } from './net.ts';
import { netRecord, type NetRecord } from './net-record.ts';
import { checkOps, opRecord } from './ops.ts';
import { checkLosses, checkOptimizers, checkSchedules, lossRecord, optimizerRecord, scheduleRecord } from './pieces.ts';
import type { TrainReport } from './report.ts';

interface Kind {
  readonly schema: v.GenericSchema;
  readonly check: (record: never, backend: RecordBackend, build: BuildNet) => TrainReport | Promise<TrainReport>;
}

/** By the record's word of format. */
const kinds: Readonly<Record<string, Kind>> = {
  'bottleneck-train-1': {
    schema: netRecord,
    check: (record: NetRecord, backend, build) => checkNet(record, backend, build),
  },
  'bottleneck-train-1-ops': { schema: opRecord, check: checkOps },
  'bottleneck-train-1-losses': { schema: lossRecord, check: checkLosses },
  'bottleneck-train-1-optimizers': { schema: optimizerRecord, check: checkOptimizers },
  'bottleneck-train-1-schedules': { schema: scheduleRecord, check: checkSchedules },
};

/**
 * Holds our own computation, by default on the CPU, against the record; a text that is none of them is a failure in a sentence. Rejects
 * with what `build` throws.
 */
export async function checkTrainRecord(text: string, build: BuildNet, backend = onCpu): Promise<TrainReport> {
  const failed = (sentence: string): TrainReport => ({
    passed: false,
    failures: [sentence],
    compared: 0,
    worst: 0,
    worstAt: '',
  });
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (error) {
    return failed(`not JSON: ${(error as Error).message}`);
  }
  const format = (record as { readonly format?: unknown } | null)?.format;
  const kind = typeof format === 'string' && Object.hasOwn(kinds, format) ? kinds[format] : undefined;
  if (!kind) return failed(`not a training record: its "format" is none of ${Object.keys(kinds).join(', ')}`);
  const parsed = v.safeParse(kind.schema, record);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    return failed(`not a ${format as string} record: ${v.getDotPath(issue) ?? 'the top level'}: ${issue.message}`);
  }
  return kind.check(parsed.output as never, backend, build);
}
