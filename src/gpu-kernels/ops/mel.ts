// The attributes of a log-mel front end and its fixed tables: Hann window, Fourier table and mel filters by the rules of librosa, HTK and TensorFlow.

import * as v from 'valibot';
import type { MelTables } from '../step.ts';
import { count } from './attributes.ts';

const melScales = ['slaney', 'htk', 'tf'] as const;
type MelScale = (typeof melScales)[number];

const finite = v.pipe(v.number('must be a number'), v.finite('must be a finite number'));
const positive = v.pipe(finite, v.gtValue(0, 'must be above 0'));
/** Attributes of a front end; the names are those of its tables. */
export const logMelAttrs = v.strictObject({
  /** Hz. */
  rate: count,
  /** Lengths in samples: transform, window, hop. */
  fft: count,
  window: count,
  hop: count,
  mels: count,
  /** Ends of the filters, Hz. */
  low: v.pipe(finite, v.minValue(0, 'must not be negative')),
  high: positive,
  scale: v.picklist(melScales),
  /** 1 = magnitude, 2 = power. */
  power: v.picklist([1, 2]),
  /** `db`: 10 log10 max(x, floor); `ln`: ln(x + offset). */
  log: v.picklist(['db', 'ln']),
  floor: positive,
  offset: positive,
  /** The wave is first brought to mean 0 and variance 1: (x − mean) / √(variance + 1e-7). */
  unit: v.boolean(),
});
export type LogMelAttrs = v.InferOutput<typeof logMelAttrs>;

/** Added to the variance of a `unit` wave. */
export const unitEpsilon = 1e-7;
export const binsOf = ({ fft }: Pick<LogMelAttrs, 'fft'>): number => Math.floor(fft / 2) + 1;

/** Periodic Hann window: 0.5 − 0.5 cos(2πi / n). */
export const hann = (length: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));

/** cos and sin of 2πi / n, in turn. */
export const circle = (length: number): Float64Array =>
  Float64Array.from({ length: 2 * length }, (_, i) => {
    const angle = (2 * Math.PI * (i >> 1)) / length;
    return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });

const logStep = Math.log(6.4) / 27;
const scales: Readonly<Record<MelScale, { to(hertz: number): number; from(mel: number): number }>> = {
  // Slaney's Auditory Toolbox: linear below 1 kHz, logarithmic above.
  slaney: {
    to: (hertz) => (hertz < 1000 ? (hertz * 3) / 200 : 15 + Math.log(hertz / 1000) / logStep),
    from: (mel) => (mel < 15 ? (mel * 200) / 3 : 1000 * Math.exp(logStep * (mel - 15))),
  },
  htk: {
    to: (hertz) => 2595 * Math.log10(1 + hertz / 700),
    from: (mel) => 700 * (10 ** (mel / 2595) - 1),
  },
  tf: { to: (hertz) => 1127 * Math.log(1 + hertz / 700), from: (mel) => 700 * (Math.exp(mel / 1127) - 1) },
};

/**
 * Filters `[bins, mels]` with bins = fft / 2 + 1. `slaney`: triangles in Hz, normalised by their area (librosa); `htk`: triangles in Hz
 * of height 1; `tf`: triangles linear in mel, the bin of 0 Hz left out (tf.signal.linear_to_mel_weight_matrix).
 */
export function melFilters({ rate, fft, mels, low, high, scale }: MelTables): Float64Array {
  const { to, from } = scales[scale];
  const bins = Math.floor(fft / 2) + 1;
  const [first, last] = [to(low), to(high)];
  const edges = Array.from({ length: mels + 2 }, (_, i) => first + ((last - first) * i) / (mels + 1));
  const place = scale === 'tf' ? to : (hertz: number) => hertz;
  const corners = scale === 'tf' ? edges : edges.map(from);
  const filters = new Float64Array(bins * mels);
  for (let bin = scale === 'tf' ? 1 : 0; bin < bins; bin++) {
    const at = place((bin * rate) / fft);
    for (let mel = 0; mel < mels; mel++) {
      const [left, middle, right] = corners.slice(mel, mel + 3) as [number, number, number];
      const height = Math.max(0, Math.min((at - left) / (middle - left), (right - at) / (right - middle)));
      filters[bin * mels + mel] = scale === 'slaney' ? (height * 2) / (right - left) : height;
    }
  }
  return filters;
}
