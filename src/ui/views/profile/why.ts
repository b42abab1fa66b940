// One sentence that says why a layer is slow, from its time and the peaks of this device.
import { byteRate, bytes, counted, milliseconds, percent, si } from '../../parts/format.ts';
import type { Peaks } from '../../../workers/engine/peaks.ts';
import { macRoof, rooflinePoint } from '../../../workers/engine/bound.ts';
import type { RunDispatch } from '../../state/measurements/record.ts';

export interface Slow {
  /** How the layer is called: `blocks.1.0`. */
  readonly name: string;
  /** Layers beyond the named one. */
  readonly more?: number;
  readonly ms: number;
  /** Of the sum of all dispatches, milliseconds. */
  readonly totalMs: number;
  /** The kernels that compute it, each with the part of it that belongs here. */
  readonly dispatches: readonly (Pick<RunDispatch, 'macs' | 'bytes' | 'ms'> & { readonly part: number })[];
  readonly precision: 'f32' | 'f16';
}

/** Without peaks it says what was reached, with them what stands in the way and what would be possible. */
export function whySlow(
  { name, more = 0, ms, totalMs, dispatches, precision }: Slow,
  peaks: Peaks | undefined,
): string {
  const sum = (key: 'macs' | 'bytes'): number =>
    dispatches.reduce((total, dispatch) => total + dispatch.part * dispatch[key], 0);
  const macs = sum('macs');
  const moved = sum('bytes');
  const who = more > 0 ? `${name} and ${more} more take` : `${name} takes`;
  const start = `${who} ${milliseconds(ms)}, ${percent(totalMs > 0 ? ms / totalMs : 0)} of the net`;
  const work = `${si(macs, 'MAC')} and ${bytes(moved)} in ${counted(dispatches.length, 'dispatch', 'dispatches')}`;
  if (ms <= 0) return `${start}: less than the clock can resolve, for ${work}.`;
  const rates = `${si((macs / ms) * 1000, 'MAC/s')} and ${byteRate((moved / ms) * 1000)}`;
  if (!peaks) return `${start}, for ${work}: ${rates}. Measure this device’s peaks to see what it could reach.`;
  const point = rooflinePoint(
    { macs, bytes: moved, ms },
    { ...peaks, launchMs: peaks.launchMs * dispatches.length },
    precision,
  );
  if (!point) return `${start}.`;
  const roof = `At that limit: ${milliseconds(point.roofMs)}, so ${percent(point.reached, 0)} is reached.`;
  const launchMs = peaks.launchMs * dispatches.length;
  if (point.bound === 'latency') {
    return `${start}. Bound by latency: ${work} reaches ${percent(point.reached, 0)} of the nearest ceiling (${milliseconds(point.roofMs)}), so that neither arithmetic nor memory nor launching is what it waits for: its steps follow one another, and too few run side by side.`;
  }
  if (point.bound === 'launch') {
    return `${start}. Bound by launching: ${work} is less than launching takes (${milliseconds(launchMs)}). ${roof}`;
  }
  const launch = launchMs >= 0.01 * ms ? ` Launching takes ${percent(launchMs / ms, 0)} of it.` : '';
  if (point.bound === 'memory') {
    return `${start}. Bound by memory: ${byteRate(point.bytesPerS)} of the ${byteRate(peaks.bytesPerS)} that this device copies. ${roof}${launch}`;
  }
  return `${start}. Bound by arithmetic: ${si(point.macsPerS, 'MAC/s')} of the ${si(macRoof(peaks, precision), 'MAC/s')} that this device does. ${roof}${launch}`;
}
