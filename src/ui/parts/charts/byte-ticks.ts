// Tick marks of a byte axis at round numbers of the unit that is shown (2 MiB, not 1.9).
import { ticks } from 'd3-array';

/** About `count` values from 0 to `largest` bytes. */
export function byteTicks(largest: number, count: number): number[] {
  const unit = 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(1, largest)) / 10));
  return ticks(0, largest / unit, count).map((value) => value * unit);
}
