// Autosave: the document's history in IndexedDB, written 300 ms after the last edit, so that a crash or a reload loses nothing.
import { openDB, type IDBPDatabase } from 'idb';
import { History } from './history.ts';

const DATABASE = 'bottleneck';
const STORE = 'documents';
const KEY = 'current';
const DELAY_MS = 300;

let database: Promise<IDBPDatabase> | undefined;
const open = (): Promise<IDBPDatabase> =>
  (database ??= openDB(DATABASE, 1, {
    upgrade(db) {
      db.createObjectStore(STORE);
    },
  }));

/** The stored history, or undefined when there is none, it is damaged, or storage is blocked. */
export async function loadHistory(): Promise<History | undefined> {
  try {
    return History.restore(await (await open()).get(STORE, KEY));
  } catch {
    return undefined;
  }
}

/** Writes histories with a delay; `flush` writes at once (page hidden). Failures are reported once: the page goes on without autosave. */
export class Autosave {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pending: History | undefined;
  #failed = false;

  constructor(private readonly onFailure: (sentence: string) => void) {}

  schedule(history: History): void {
    this.#pending = history;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), DELAY_MS);
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    const history = this.#pending;
    this.#pending = undefined;
    if (!history || this.#failed) return;
    try {
      await (await open()).put(STORE, history.toJSON(), KEY);
    } catch {
      this.#failed = true;
      this.onFailure(
        'This browser does not let the page store anything, so edits are kept only until it is closed. Save a file or copy the link to keep them.',
      );
    }
  }
}
