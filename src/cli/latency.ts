// Latency tables for the verbs: read from a file, and in words.
import { latencyTableSchema, type LatencyTable } from '../graph/search/latency/table.ts';
import { readJsonFile } from './json-file.ts';

/** Throws UsageError with the place where the text is no latency table. */
export const readTable = (path: string, text?: string): LatencyTable =>
  readJsonFile(path, { schema: latencyTableSchema, what: 'latency table', verb: 'table' }, text);

/** What the table is worth, in one line. */
export function worthOf({ check, calibration, adapter }: LatencyTable): string {
  const path = adapter.software ? ' (a CPU adapter: these times say nothing about GPUs)' : '';
  if (!check)
    return `table of ${adapter.description}${path}: ${calibration ? 'not checked on other nets' : 'sums of dispatches, not calibrated on whole nets'}`;
  const per = (share: number): string => `${(100 * share).toFixed(0)} %`;
  return `table of ${adapter.description}${path}: ${per(check.meanError)} off on average, ${per(check.worstError)} at worst, ρ ${check.rank.toFixed(2)}, ${check.nets} other nets`;
}
