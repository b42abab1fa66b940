// Signal to noise as text and as a length.

/** `31.4 dB`, `equal` without any noise. */
export const decibels = (value: number): string =>
  value === Infinity ? 'equal' : Number.isFinite(value) ? `${value.toFixed(1).replace('-', '−')}\u202fdB` : '–';

/** 0 … 1 of the largest finite value; without noise 1, below 0 dB 0. */
export function shareOfDecibels(value: number, all: readonly number[]): number {
  if (value === Infinity) return 1;
  const most = Math.max(1, ...all.filter(Number.isFinite));
  return Number.isFinite(value) ? Math.max(0, Math.min(1, value / most)) : 0;
}
