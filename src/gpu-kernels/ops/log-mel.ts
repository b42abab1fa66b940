// From a wave to a picture of its sound: short-time power or magnitude, mel filters, logarithm; no weights.
import { defineOp, elements, ShapeError, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { binsOf, circle, hann, logMelAttrs, melFilters, unitEpsilon, type LogMelAttrs } from './mel.ts';
import { featureMap } from './operands.ts';
import { writeLogMel } from './log-mel-onnx.ts';

/** Power (or magnitude) of every frame and bin, `[frames, bins]`: a periodic Hann window at the start of the frame, no padding. */
export function spectrum(wave: ArrayLike<number>, frames: number, a: LogMelAttrs): Float64Array {
  const [window, table, bins] = [hann(a.window), circle(a.fft), binsOf(a)];
  const result = new Float64Array(frames * bins);
  const frame = new Float64Array(a.window);
  for (let f = 0; f < frames; f++) {
    for (let i = 0; i < a.window; i++) frame[i] = (wave[f * a.hop + i] as number) * (window[i] as number);
    for (let bin = 0; bin < bins; bin++) {
      let [real, imaginary] = [0, 0];
      for (let i = 0, at = 0; i < a.window; i++) {
        real += (frame[i] as number) * (table[2 * at] as number);
        imaginary += (frame[i] as number) * (table[2 * at + 1] as number);
        at += bin;
        if (at >= a.fft) at -= a.fft;
      }
      const power = real * real + imaginary * imaginary;
      result[f * bins + bin] = a.power === 2 ? power : Math.sqrt(power);
    }
  }
  return result;
}

/** Mel filters and logarithm of a spectrum, `[frames, mels]`. */
export function logFilters(power: ArrayLike<number>, frames: number, a: LogMelAttrs): Float64Array {
  const [filters, bins] = [melFilters(a), binsOf(a)];
  const result = new Float64Array(frames * a.mels);
  for (let f = 0; f < frames; f++)
    for (let mel = 0; mel < a.mels; mel++) {
      let sum = 0;
      for (let bin = 0; bin < bins; bin++)
        sum += (power[f * bins + bin] as number) * (filters[bin * a.mels + mel] as number);
      result[f * a.mels + mel] = a.log === 'db' ? 10 * Math.log10(Math.max(sum, a.floor)) : Math.log(sum + a.offset);
    }
  return result;
}

/** The wave with mean 0 and variance 1. */
function unitWave(wave: Float32Array): Float64Array {
  const mean = wave.reduce((sum, x) => sum + x, 0) / wave.length;
  const variance = wave.reduce((sum, x) => sum + (x - mean) ** 2, 0) / wave.length;
  const scale = 1 / Math.sqrt(variance + unitEpsilon);
  return Float64Array.from(wave, (x) => (x - mean) * scale);
}

export const logMel = defineOp({
  name: 'log_mel',
  doc: 'A wave `[N, 1, samples, 1]` to its log-mel picture `[N, frames, mels, 1]`.',
  attrs: logMelAttrs,
  shape(inputs, a) {
    const [batch, height, samples, channels] = featureMap(inputs, 'a log-mel front end');
    if (height !== 1 || channels !== 1)
      throw new ShapeError(
        'a log-mel front end reads a wave of 1×1×SAMPLES',
        'give the net an input such as 1x1x16000',
      );
    if (a.window > a.fft)
      throw new ShapeError(
        `a window of ${a.window} samples is longer than the transform of ${a.fft}`,
        'use a longer transform',
      );
    if (a.high <= a.low)
      throw new ShapeError(`filters cannot end at ${a.high} Hz and begin at ${a.low} Hz`, 'raise the upper end');
    if (samples < a.window)
      throw new ShapeError(`${samples} samples are less than one window of ${a.window}`, 'use a longer wave');
    return [batch, 1 + Math.floor((samples - a.window) / a.hop), a.mels, 1];
  },
  macKind: 'none',
  macs: () => 0,
  reference([x], _params, { inputs: [input], output, attrs: a }) {
    const [batch, frames] = output as readonly [number, number];
    const samples = (input as Shape)[2] as number;
    const result = numbers(elements(output));
    for (let n = 0; n < batch; n++) {
      const own = (x as Float32Array).subarray(n * samples, (n + 1) * samples);
      const power = spectrum(a.unit ? unitWave(own) : own, frames, a);
      result.set(logFilters(power, frames, a), n * frames * a.mels);
    }
    return result;
  },
  onnx: { write: writeLogMel },
  pytorch: {
    expression(n) {
      const { rate, fft, window, hop, mels, low, high, scale, power, log, floor, offset, unit } = n.attrs;
      const sizes = [rate, fft, window, hop, mels, low, high].join(', ');
      const end = log === 'db' ? `floor=${floor}` : `offset=${offset}`;
      return `${n.use('log_mel')}(${n.x()}, ${sizes}, "${scale}", ${power}, ${end}${unit ? ', unit=True' : ''})`;
    },
  },
  box: () => ({ kind: 'move', label: 'log-mel', words: 'log-mel picture' }),
  activates: true,
});
