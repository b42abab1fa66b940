// Voices without a download: log-mel spectra of a source and a filter, where arousal, valence and dominance are how it is spoken.
import { Draws } from '../../search/random.ts';

/** Frames and mel bands of a voice. */
export const voiceShape = [24, 16] as const;

export interface DrawnVoice {
  /** `[frames, bands, 1]`, decibels over 20, the voice's mean taken off. */
  readonly spectrum: Float32Array;
  /** Arousal, valence, dominance, −1 to 1. */
  readonly spoken: readonly [number, number, number];
}

const mel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
const [LOWEST, HIGHEST] = [mel(80), mel(4000)];
const HARMONICS = 24;

/**
 * Voice `index` of the set `seed`. Arousal raises the pitch and its movement, quickens the syllables and flattens the spectrum; valence tilts the
 * pitch's contour upwards and spreads the formants; dominance is loud beside the pauses and low.
 */
export function voice(seed: number, index: number): DrawnVoice {
  const draws = new Draws(seed, index, 11);
  const between = (low: number, high: number): number => low + (high - low) * draws.uniform();
  const [arousal, valence, dominance] = [between(-1, 1), between(-1, 1), between(-1, 1)];
  const [frames, bands] = voiceShape;
  const pitch = 150 * 2 ** (between(-0.3, 0.3) + 0.4 * arousal - 0.3 * dominance);
  const [start, turn] = [between(0, 6.28), between(0, 6.28)];
  const [first, second] = [between(450, 650), between(1300, 1700)];
  const formants = [first * (1 - 0.12 * valence), second * (1 + 0.2 * valence), 2700 * (1 + 0.1 * valence)];
  const tilt = 1.2 - 0.6 * arousal + between(-0.1, 0.1);
  const rate = 1.6 + 0.8 * arousal;
  const spectrum = new Float32Array(frames * bands);
  let sum = 0;
  for (let frame = 0; frame < frames; frame++) {
    const time = frame / frames;
    const movement = 0.5 * valence * (time - 0.5) + (0.12 + 0.1 * arousal) * Math.sin(6.28 * rate * time + turn);
    const f0 = pitch * 2 ** movement;
    const open = 0.5 + 0.5 * Math.sin(6.28 * 2 * rate * time + start);
    const level = 10 ** ((12 * dominance + 6 * arousal) / 20) * open ** 2;
    const power = new Float64Array(bands).fill(1e-3);
    for (let harmonic = 1; harmonic <= HARMONICS; harmonic++) {
      const hertz = harmonic * f0;
      const through = formants.reduce(
        (all, formant) => all + Math.exp(-(((hertz - formant) / (0.12 * formant + 60)) ** 2)),
        0.05,
      );
      const at = ((mel(hertz) - LOWEST) / (HIGHEST - LOWEST)) * (bands - 1);
      for (let band = Math.max(0, Math.ceil(at - 2)); band <= Math.min(bands - 1, at + 2); band++)
        power[band] =
          (power[band] as number) + (level * through * harmonic ** -tilt) ** 2 * Math.exp(-2 * (band - at) ** 2);
    }
    for (let band = 0; band < bands; band++) {
      const value = Math.log10(power[band] as number) / 2 + 0.05 * draws.normal();
      spectrum[frame * bands + band] = value;
      sum += value;
    }
  }
  const mean = sum / spectrum.length;
  return { spectrum: spectrum.map((value) => value - mean), spoken: [arousal, valence, dominance] };
}
