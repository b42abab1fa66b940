// What this device measured, from visit to visit: one entry a measurement, in a database of its own, found by net, adapter and browser.
import { openDB, type IDBPDatabase } from 'idb';
import * as v from 'valibot';
import { sumOfDispatches, runRecord, type RunRecord } from './record.ts';

const count = v.pipe(v.number(), v.finite(), v.minValue(0));

const entry = v.object({
  hash: v.string(),
  net: v.pipe(v.string(), v.maxLength(200)),
  /** Of the net, so that it can be opened again. */
  text: v.string(),
  input: v.array(count),
  adapter: runRecord.entries.adapter,
  browser: v.string(),
  precision: runRecord.entries.precision,
  /** ISO 8601. */
  at: v.string(),
  /** One pass with all dispatches, median. */
  passMs: count,
  /** Standard deviation ÷ mean of it. */
  variation: v.optional(count),
  latencyMs: count,
  sumMs: count,
  dispatches: count,
  runs: count,
});
export type HistoryEntry = v.InferOutput<typeof entry>;

const store = 'measurements';
/** More would only be slower to list; the oldest go. */
const most = 500;

let database: Promise<IDBPDatabase> | undefined;
const open = (): Promise<IDBPDatabase> =>
  (database ??= openDB('bottleneck-history', 1, {
    upgrade: (db) => void db.createObjectStore(store),
  }));

const adapterKey = ({ vendor, architecture, device, description }: RunRecord['adapter']): string =>
  [vendor, architecture, device, description].join('/');
const keyOf = ({ hash, adapter, browser, at }: HistoryEntry): string =>
  [at, hash, adapterKey(adapter), browser].join(' ');

export const entryOf = (record: RunRecord, text: string): HistoryEntry => ({
  hash: record.hash,
  net: record.net,
  text,
  input: record.input,
  adapter: record.adapter,
  browser: record.browser,
  precision: record.precision,
  at: record.at ?? new Date().toISOString(),
  passMs: record.gpu.medianMs,
  variation: record.gpu.variation,
  latencyMs: record.warm.medianMs,
  sumMs: sumOfDispatches(record),
  dispatches: record.dispatches.length,
  runs: record.gpu.runs,
});

/** Adds a measurement. Rejects where the browser stores nothing. */
export async function keepEntry(added: HistoryEntry): Promise<void> {
  const db = await open();
  await db.put(store, added, keyOf(added));
  const keys = await db.getAllKeys(store);
  // Keys begin with the time.
  for (const key of keys.slice(0, Math.max(0, keys.length - most))) await db.delete(store, key);
}

/** All of them, the newest first; what does not read as an entry is left out. */
export async function listEntries(): Promise<readonly HistoryEntry[]> {
  const stored: unknown[] = await (await open()).getAll(store);
  return stored
    .flatMap((one) => {
      const read = v.safeParse(entry, one);
      return read.success ? [read.output] : [];
    })
    .reverse();
}

export async function clearEntries(): Promise<void> {
  await (await open()).clear(store);
}
