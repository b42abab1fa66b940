// Peaks of a device, kept from visit to visit: they belong to an adapter and a browser, not to a net.
import type { Peaks } from '../../../workers/engine/peaks.ts';
import { readStored, writeStored } from '../../parts/stored.ts';
import type { AdapterWords } from '../../parts/adapter-text.ts';
import { peaksSchema } from './roofline.ts';

const key = ({ vendor, architecture, device, description }: AdapterWords, browser: string): string =>
  `peaks ${[vendor, architecture, device, description, browser].join('/')}`;

export const loadPeaks = (adapter: AdapterWords, browser: string): Peaks | undefined =>
  readStored(key(adapter, browser), peaksSchema);
export const storePeaks = (adapter: AdapterWords, browser: string, peaks: Peaks): void =>
  writeStored(key(adapter, browser), peaks);
