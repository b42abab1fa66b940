// Latency tables for the verbs: read from a file, and in words.
import * as v from 'valibot';
import { latencyTableSchema, type LatencyTable } from '../graph/search/latency/table.ts';
import { readBytes } from './files.ts';
import { UsageError } from './verb.ts';

/** Throws {@link UsageError} with the place where the text is no latency table. */
export function readTable(path: string, text = new TextDecoder().decode(readBytes(path))): LatencyTable {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is no JSON; give a file that "table --out" has written.`);
  }
  const parsed = v.safeParse(latencyTableSchema, data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new UsageError(`${path} is no latency table: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}.`);
}

/** What the table is worth, in one line. */
export function worthOf({ check, calibration, adapter }: LatencyTable): string {
  const path = adapter.software ? ' (a CPU adapter: these times say nothing about GPUs)' : '';
  if (!check)
    return `table of ${adapter.description}${path}: ${calibration ? 'not checked on other nets' : 'sums of dispatches, not calibrated on whole nets'}`;
  const per = (share: number): string => `${(100 * share).toFixed(0)} %`;
  return `table of ${adapter.description}${path}: ${per(check.meanError)} off on average, ${per(check.worstError)} at worst, ρ ${check.rank.toFixed(2)}, ${check.nets} other nets`;
}
