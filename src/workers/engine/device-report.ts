// What a device is, in its own numbers: ceilings, what a dispatch and a submit cost, bandwidth by size of working set, the way there and back.
import { MicroBench } from './micro-bench.ts';
import type { OpenDevice } from './device.ts';
import { measurePeaks, readRate, type PeakOptions, type Peaks } from './peaks.ts';

export interface Rung {
  readonly count: number;
  readonly ms: number;
}

export interface SizedRate {
  readonly bytes: number;
  readonly bytesPerS: number;
}

export interface DeviceReport {
  readonly peaks: Peaks;
  /** Dependent, empty dispatches in one pass. */
  readonly dispatches: readonly Rung[];
  /** Submits of a pass with one empty dispatch each, until the last is done, by the wall clock. */
  readonly submits: readonly Rung[];
  /** One more of each, milliseconds, by least squares. */
  readonly dispatchMs: number;
  readonly submitMs: number;
  /** Read over and over from a window of that size. */
  readonly workingSets: readonly SizedRate[];
  /** JS → device and back, by the wall clock; the small ones are all latency. */
  readonly upload: readonly SizedRate[];
  readonly readBack: readonly SizedRate[];
}

const dispatchCounts = [1, 4, 16, 64, 256, 512] as const;
const submitCounts = [1, 4, 16, 64] as const;
const kibibyte = 1024;
const windows = [16, 64, 256, 1024, 4096, 16384, 65536].map((size) => size * kibibyte);
/** A software adapter reads these from the processor's caches and memory; larger ones only take longer. */
const softwareWindow = 16384 * kibibyte;
const transfers = [4, 256, 4096].map((size) => size * kibibyte);

/** Least-squares slope. */
function slope(rungs: readonly Rung[]): number {
  const mean = (of: (rung: Rung) => number): number => rungs.reduce((sum, rung) => sum + of(rung), 0) / rungs.length;
  const [x, y] = [mean(({ count }) => count), mean(({ ms }) => ms)];
  const up = rungs.reduce((sum, { count, ms }) => sum + (count - x) * (ms - y), 0);
  return Math.max(0, up / rungs.reduce((sum, { count }) => sum + (count - x) ** 2, 0));
}

/** A few seconds. Rejects with the signal's reason, or with Error when buffers cannot be had. */
export async function reportDevice(open: OpenDevice, { signal, onProgress }: PeakOptions = {}): Promise<DeviceReport> {
  const peaks = await measurePeaks(open, {
    ...(signal && { signal }),
    onProgress: (share) => onProgress?.(0.4 * share),
  });
  const bench = new MicroBench(open, signal);
  const most = Math.min(
    open.limits.maxBindingBytes,
    open.limits.maxBufferBytes,
    open.capabilities.software ? softwareWindow : Infinity,
  );
  const sizes = windows.filter((size) => size <= most);
  const stages = dispatchCounts.length + submitCounts.length + sizes.length + 2 * transfers.length;
  let done = 0;
  const each = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> => {
    const results: R[] = [];
    for (const item of items) {
      results.push(await work(item));
      onProgress?.(0.4 + (0.6 * ++done) / stages);
    }
    return results;
  };
  const rate = async (bytes: number, ms: Promise<number>): Promise<SizedRate> => ({
    bytes,
    bytesPerS: (bytes / Math.max(1e-6, await ms)) * 1000,
  });
  try {
    await bench.dispatches(1);
    const dispatches = await each(dispatchCounts, async (count) => ({ count, ms: await bench.dispatches(count) }));
    const submits = await each(submitCounts, async (count) => ({ count, ms: await bench.submits(count) }));
    return {
      peaks,
      dispatches,
      submits,
      dispatchMs: slope(dispatches),
      submitMs: slope(submits),
      workingSets: await each(sizes, async (bytes) => ({ bytes, bytesPerS: await readRate(bench, open, bytes) })),
      upload: await each(transfers, (bytes) => rate(bytes, bench.upload(bytes))),
      readBack: await each(transfers, (bytes) => rate(bytes, bench.readBack(bytes))),
    };
  } finally {
    bench.destroy();
  }
}
