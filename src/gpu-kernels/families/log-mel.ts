// The steps of a log-mel front end: `waveStats` of a whole wave, `spectrum` frame by frame, `melLog` over the bins.
import { logFilters, spectrum as spectrumOf } from '../ops/log-mel.ts';
import { unitEpsilon, type LogMelAttrs } from '../ops/mel.ts';
import type { Numbers } from '../step.ts';
import type { FamilyOf, NoAttrs } from './family.ts';
import { shapeOf, stored } from './riders.ts';

/** `[N, 1, samples, 1]` → `[N, 2]`: mean, and 1 / √(variance + 1e-7). */
export const waveStats: FamilyOf<NoAttrs> = {
  reference(step, data) {
    const [batch, , samples] = shapeOf(step.inputs[0]) as [number, number, number];
    const values = Array.from({ length: batch }, (_, n) => {
      const wave = (data.inputs[0] as Numbers).subarray(n * samples, (n + 1) * samples);
      let sum = 0;
      for (const x of wave) sum += x;
      const mean = sum / samples;
      let squares = 0;
      for (const x of wave) squares += (x - mean) ** 2;
      return [mean, 1 / Math.sqrt(squares / samples + unitEpsilon)];
    });
    return stored(step, Float64Array.from(values.flat()), data);
  },
};

/** Wave, and its stats where it is brought to unit variance → `[N, frames, bins]`. weights `hann` `[window]`, `circle` `[fft, 2]`. */
export const spectrum: FamilyOf<LogMelAttrs> = {
  reference(step, data) {
    const [batch, , samples] = shapeOf(step.inputs[0]) as [number, number, number];
    const [, frames] = shapeOf(step.outputs[0]) as [number, number];
    const [wave, stats] = data.inputs as [Numbers, Numbers | undefined];
    const values = Array.from({ length: batch }, (_, n) => {
      const [mean, scale] = stats ? [stats[2 * n]!, stats[2 * n + 1]!] : [0, 1];
      const own = Float64Array.from(wave.subarray(n * samples, (n + 1) * samples), (x) => (x - mean) * scale);
      return [...spectrumOf(own, frames, step.attrs)];
    });
    return stored(step, Float64Array.from(values.flat()), data);
  },
};

/** `[N, frames, bins]` → `[N, frames, mels, 1]`. weights `filters` `[bins, mels]`. */
export const melLog: FamilyOf<LogMelAttrs> = {
  reference(step, data) {
    const [batch, frames] = shapeOf(step.outputs[0]) as [number, number];
    return stored(step, logFilters(data.inputs[0] as Numbers, batch * frames, step.attrs), data);
  },
};
