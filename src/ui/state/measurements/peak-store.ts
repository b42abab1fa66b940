// Peaks of a device, kept from visit to visit: they belong to an adapter and a browser, not to a net.
import * as v from 'valibot';
import type { Peaks } from '../../../workers/engine/peaks.ts';
import { readStored, writeStored } from '../../parts/stored.ts';
import type { AdapterWords } from '../../parts/adapter-text.ts';

const rate = v.pipe(v.number(), v.finite(), v.minValue(0));

/** Of stored peaks; what each number means is said in src/workers/engine/peaks.ts. */
export const peaksSchema: v.GenericSchema<unknown, Peaks> = v.object({
  f32MacsPerS: rate,
  f16MacsPerS: v.exactOptional(rate),
  i8MacsPerS: v.exactOptional(rate),
  bytesPerS: rate,
  cacheBytesPerS: rate,
  launchMs: rate,
});

const key = ({ vendor, architecture, device, description }: AdapterWords, browser: string): string =>
  `peaks ${[vendor, architecture, device, description, browser].join('/')}`;

export const loadPeaks = (adapter: AdapterWords, browser: string): Peaks | undefined =>
  readStored(key(adapter, browser), peaksSchema);
export const storePeaks = (adapter: AdapterWords, browser: string, peaks: Peaks): void =>
  writeStored(key(adapter, browser), peaks);
