// What nets run on, as the user chose it, from visit to visit; without a choice the worker takes what is likely faster.
import { picklist } from 'valibot';
import type { Way } from '../../workers/jobs/vision/protocol.ts';
import { readStored, writeStored } from '../parts/stored.ts';

const key = 'way';

/** Holds where the browser stores nothing. */
let chosen: Way | undefined;

export const storedWay = (): Way | undefined => chosen ?? readStored(key, picklist(['webgpu', 'wasm']));
export function storeWay(way: Way): void {
  chosen = way;
  writeStored(key, way);
}
