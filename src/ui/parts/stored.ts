// Small preferences that the first paint needs, so they cannot wait for a database; every value is checked when it is read.
import * as v from 'valibot';

/** The stored value, or undefined when there is none, it does not fit the schema, or storage is blocked. Plain words are stored bare. */
export function readStored<T>(key: string, schema: v.GenericSchema<unknown, T>): T | undefined {
  try {
    const text = localStorage.getItem(key);
    if (text === null) return undefined;
    const parsed = v.safeParse(schema, /^[[{"\d]/.test(text) ? JSON.parse(text) : text);
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** Stores a value, or forgets it; without storage the preference lasts until the page is closed. */
export function writeStored(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, typeof value === 'string' ? value : JSON.stringify(value));
  } catch {
    // Storage may be blocked.
  }
}
