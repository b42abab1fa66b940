// Choices of a device in IndexedDB, under the worker that uses them.
import { openDB, type IDBPDatabase } from 'idb';
import type { ChoiceStore } from './device-choices.ts';

const store = 'choices';

let database: Promise<IDBPDatabase> | undefined;
const open = (): Promise<IDBPDatabase> =>
  (database ??= openDB('bottleneck-device', 1, { upgrade: (db) => void db.createObjectStore(store) }));

export const storedChoices: ChoiceStore = {
  read: async (key) => (await open()).get(store, key) as Promise<unknown>,
  write: async (key, chosen) => void (await (await open()).put(store, chosen, key)),
};
