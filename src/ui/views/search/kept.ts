// The last search and the dispatches that were timed for searches, in a database of their own: a closed page loses none of them.
import { openDB, type IDBPDatabase } from 'idb';
import * as v from 'valibot';
import { latencyTableSchema, type LatencyTable } from '../../../graph/search/latency/table.ts';
import type { SearchEnd, SearchRecord } from '../../../workers/jobs/search/protocol.ts';
import type { DeviceFacts } from '../../../workers/border/protocol.ts';

export interface MeasuredWhole {
  readonly ms: number;
  readonly low: number;
  readonly high: number;
}

export interface KeptSearch {
  /** Another version of the page may have written something else. */
  readonly version: 1;
  readonly record: SearchRecord;
  readonly end?: SearchEnd | undefined;
  /** By the net's text. */
  readonly measured: ReadonlyMap<string, MeasuredWhole>;
  /** Of the measurements. */
  readonly adapter?: string | undefined;
}

let database: Promise<IDBPDatabase> | undefined;
const open = (): Promise<IDBPDatabase> =>
  (database ??= openDB('bottleneck-search', 1, {
    upgrade(db) {
      db.createObjectStore('last');
      db.createObjectStore('latency');
    },
  }));

/** Undefined where there is none, it is of another version, or nothing is stored here. */
export async function readSearch(): Promise<KeptSearch | undefined> {
  const kept = await open().then(
    (db) => db.get('last', 0) as Promise<KeptSearch | undefined>,
    () => undefined,
  );
  return kept?.version === 1 ? kept : undefined;
}

/** False where the browser stores nothing. */
export async function keepSearch(kept: KeptSearch | undefined): Promise<boolean> {
  try {
    const db = await open();
    if (kept) await db.put('last', kept, 0);
    else await db.delete('last', 0);
    return true;
  } catch {
    return false;
  }
}

type Entries = LatencyTable['entries'];

const deviceKey = ({ adapter: { vendor, architecture, description } }: DeviceFacts): string =>
  [vendor, architecture, description, navigator.userAgent].join('/');

/** Dispatches that this device timed earlier: a signature names the kernel's text, so none of them is stale. */
export async function readEntries(device: DeviceFacts): Promise<Entries> {
  const stored: unknown = await open().then(
    (db) => db.get('latency', deviceKey(device)),
    () => undefined,
  );
  const read = v.safeParse(latencyTableSchema.entries.entries, stored);
  return read.success ? read.output : {};
}

export const keepEntries = (device: DeviceFacts, entries: Entries): Promise<unknown> =>
  open().then(
    (db) => db.put('latency', entries, deviceKey(device)),
    () => undefined,
  );
