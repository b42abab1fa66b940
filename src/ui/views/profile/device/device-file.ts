// What was measured of a device as a file and as what the browser keeps: one schema for both.
import * as v from 'valibot';
import type { DeviceReport } from '../../../../workers/engine/device-report.ts';
import type { AdapterWords } from '../../../parts/adapter-text.ts';
import { readStored, writeStored } from '../../../parts/stored.ts';
import { peaksSchema } from '../../../state/measurements/peak-store.ts';
import { runRecord } from '../../../state/measurements/record.ts';

const count = v.pipe(v.number(), v.finite(), v.minValue(0));
const rungs = v.array(v.object({ count, ms: count }));
const rates = v.array(v.object({ bytes: count, bytesPerS: count }));

/** What each number means is said in src/workers/engine/device-report.ts. */
const report: v.GenericSchema<unknown, DeviceReport> = v.object({
  peaks: peaksSchema,
  dispatches: rungs,
  submits: rungs,
  dispatchMs: count,
  submitMs: count,
  workingSets: rates,
  upload: rates,
  readBack: rates,
});

const deviceFile = v.object({
  format: v.literal('bottleneck-device'),
  version: v.literal(1),
  adapter: runRecord.entries.adapter,
  browser: v.string(),
  /** ISO 8601. */
  at: v.string(),
  /** The page was not shown all the time. */
  hidden: v.boolean(),
  report,
});
export type DeviceFile = v.InferOutput<typeof deviceFile>;

const key = ({ vendor, architecture, device, description }: AdapterWords, browser: string): string =>
  `device ${[vendor, architecture, device, description, browser].join('/')}`;

/** What this browser measured of this adapter on an earlier visit. */
export const loadDevice = (adapter: AdapterWords, browser: string): DeviceFile | undefined =>
  readStored(key(adapter, browser), deviceFile);
export const storeDevice = (file: DeviceFile): void => writeStored(key(file.adapter, file.browser), file);
