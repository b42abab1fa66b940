// Latency tables for the verbs: read from a file, and in words.
import { latencyTableSchema, type LatencyTable } from '../graph/search/latency/table.ts';
import { readJsonFile } from './json-file.ts';

/** Throws UsageError with the place where the text is no latency table. */
export const readTable = (path: string, text?: string): LatencyTable =>
  readJsonFile(path, { schema: latencyTableSchema, what: 'latency table', verb: 'table' }, text);
