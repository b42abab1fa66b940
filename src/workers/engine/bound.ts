// What keeps a dispatch from being faster, by the roofline model (Williams, Waterman, Patterson 2009) with peaks of this very device.
import type { Peaks } from './peaks.ts';

export type Bound = 'compute' | 'memory' | 'launch' | 'latency';

export const boundWords: Readonly<Record<Bound, string>> = {
  compute: 'bound by arithmetic',
  memory: 'bound by memory',
  launch: 'bound by launching',
  latency: 'bound by latency',
};

export interface RooflinePoint {
  readonly bound: Bound;
  /** What each ceiling alone would take of the dispatch's time, milliseconds: the evidence for `bound`. */
  readonly computeMs: number;
  readonly memoryMs: number;
  readonly launchMs: number;
  /** MACs a byte. */
  readonly intensity: number;
  readonly macsPerS: number;
  readonly bytesPerS: number;
  /** What the peaks allow, milliseconds: the longest of the three. */
  readonly roofMs: number;
  /** roofMs / ms: 1 = at the roof. */
  readonly reached: number;
}

export const macRoof = (peaks: Peaks, precision: 'f32' | 'f16'): number =>
  (precision === 'f16' && peaks.f16MacsPerS) || peaks.f32MacsPerS;

/** What reaches less than this share of its nearest ceiling waits for something that none of them is: its own steps, one after another. */
const latencyShare = 0.15;

export interface Timed {
  readonly macs: number;
  /** Read and written. */
  readonly bytes: number;
  readonly ms: number;
}

/** Places one dispatch under the roofs; undefined when it took no measurable time. */
export function rooflinePoint(
  { macs, bytes, ms }: Timed,
  peaks: Peaks,
  precision: 'f32' | 'f16',
): RooflinePoint | undefined {
  if (ms <= 0) return undefined;
  const computeMs = (macs / macRoof(peaks, precision)) * 1000;
  const memoryMs = (bytes / peaks.bytesPerS) * 1000;
  const work = Math.max(computeMs, memoryMs);
  const nearest = peaks.launchMs > work ? 'launch' : computeMs > memoryMs ? 'compute' : 'memory';
  const roofMs = Math.max(work, peaks.launchMs);
  const bound: Bound = roofMs < latencyShare * ms ? 'latency' : nearest;
  return {
    bound,
    computeMs,
    memoryMs,
    launchMs: peaks.launchMs,
    intensity: bytes > 0 ? macs / bytes : 0,
    macsPerS: (macs / ms) * 1000,
    bytesPerS: (bytes / ms) * 1000,
    roofMs,
    reached: roofMs / ms,
  };
}

/** MACs a byte at which the two roofs meet. */
export const ridge = (peaks: Peaks, precision: 'f32' | 'f16'): number => macRoof(peaks, precision) / peaks.bytesPerS;
