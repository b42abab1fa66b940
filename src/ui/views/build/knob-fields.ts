// What the knobs of the whole net accept, and the values their steppers go to.
import type { Argument } from '../../../graph/blocks/block.ts';
import { limits } from '../../../graph/limits.ts';

type Numeric = Argument & { readonly min: number; readonly max: number };

const knob = (key: string, label: string, kind: 'int' | 'number', min: number, max: number): Numeric => ({
  key,
  label,
  kind,
  min,
  max,
  doc: '',
});

export const knobFields = {
  side: knob('input', 'side', 'int', 1, limits.side),
  channels: knob('input', 'channels', 'int', 1, limits.channels),
  width: knob('width', 'multiplier', 'number', 0.01, limits.multiplier),
  depth: knob('depth', 'multiplier', 'number', 0.01, limits.multiplier),
  divisor: knob('round', 'divisor', 'int', 1, 1024),
  limit: knob('limit', 'fraction', 'number', 0, 1),
  least: knob('min', 'channels', 'int', 1, limits.channels),
  phi: knob('φ', 'coefficient', 'number', 0, 10),
} as const;

/** The next value on the grid of `size` above (+1) or below (−1), inside the field's range. */
export function onGrid({ min, max }: Numeric, value: number, by: 1 | -1, size: number): number {
  const steps = value / size;
  const next = (by > 0 ? Math.floor(steps + 1e-9) + 1 : Math.ceil(steps - 1e-9) - 1) * size;
  return Number(Math.min(max, Math.max(min, next)).toFixed(4));
}

/** Twice or half, for divisors. */
export const doubled = ({ min, max }: Numeric, value: number, by: 1 | -1): number =>
  Math.min(max, Math.max(min, by > 0 ? value * 2 : Math.floor(value / 2)));
