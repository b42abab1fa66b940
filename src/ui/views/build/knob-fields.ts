// What the knobs of the whole net accept, and the values their steppers go to.
import { limits } from '../../../graph/limits.ts';

/** A number of the header. */
export interface KnobField {
  /** As sentences name it. */
  readonly key: string;
  readonly kind: 'int' | 'number';
  readonly min: number;
  readonly max: number;
}

const knob = (key: string, kind: KnobField['kind'], min: number, max: number): KnobField => ({ key, kind, min, max });

export const knobFields = {
  side: knob('input', 'int', 1, limits.side),
  channels: knob('input', 'int', 1, limits.channels),
  width: knob('width', 'number', 0.01, limits.multiplier),
  depth: knob('depth', 'number', 0.01, limits.multiplier),
  divisor: knob('round', 'int', 1, 1024),
  limit: knob('limit', 'number', 0, 1),
  least: knob('min', 'int', 1, limits.channels),
  phi: knob('φ', 'number', 0, 10),
} as const;

/** The next value on the grid of `size` above (+1) or below (−1), inside the field's range. */
export function onGrid({ min, max }: KnobField, value: number, by: 1 | -1, size: number): number {
  const steps = value / size;
  const next = (by > 0 ? Math.floor(steps + 1e-9) + 1 : Math.ceil(steps - 1e-9) - 1) * size;
  return Number(Math.min(max, Math.max(min, next)).toFixed(4));
}

/** Twice or half, for divisors. */
export const doubled = ({ min, max }: KnobField, value: number, by: 1 | -1): number =>
  Math.min(max, Math.max(min, by > 0 ? value * 2 : Math.floor(value / 2)));
