// The log-mel front end in ONNX: the transform as a convolution with windowed Fourier kernels, the filters as a product.
import type { OnnxContext } from '../forms.ts';
import { binsOf, circle, hann, melFilters, unitEpsilon, type LogMelAttrs } from './mel.ts';

/** `[2·bins, 1, 1, window]`: windowed cosines, then sines. */
function fourierKernels(a: LogMelAttrs): Float32Array {
  const [window, table, bins] = [hann(a.window), circle(a.fft), binsOf(a)];
  return Float32Array.from({ length: 2 * bins * a.window }, (_, i) => {
    const [row, at] = [Math.floor(i / a.window), i % a.window];
    return (window[at] as number) * (table[2 * (((row % bins) * at) % a.fft) + (row < bins ? 0 : 1)] as number);
  });
}

export function writeLogMel({ builder, inputs, output, outputShape, attrs: a }: OnnxContext<LogMelAttrs>): void {
  const bins = binsOf(a);
  let wave = inputs[0] as string;
  if (a.unit) {
    const axes = builder.integers([3]);
    const centred = builder.add('Sub', [wave, builder.add('ReduceMean', [wave, axes])]);
    const variance = builder.add('ReduceMean', [builder.add('Mul', [centred, centred]), axes]);
    const deviation = builder.add('Sqrt', [builder.add('Add', [variance, builder.scalar(unitEpsilon)])]);
    wave = builder.add('Div', [centred, deviation]);
  }
  const key = `${a.fft}/${a.window}`;
  const kernels = builder.constant(`fourier ${key}`, [2 * bins, 1, 1, a.window], fourierKernels(a));
  const waves = builder.add('Conv', [wave, kernels], { kernel_shape: [1, a.window], strides: [1, a.hop] });
  const squares = builder.add('Mul', [waves, waves]);
  const power = builder.add('Add', [builder.slice(squares, 1, 0, bins), builder.slice(squares, 1, bins, 2 * bins)]);
  const frames = builder.transpose(a.power === 2 ? power : builder.add('Sqrt', [power]), [0, 2, 3, 1]);
  const filters = builder.constant(
    `mel ${a.scale} ${a.rate}/${a.fft}/${a.mels}/${a.low}/${a.high}`,
    [bins, a.mels],
    Float32Array.from(melFilters(a)),
  );
  const energies = builder.add('MatMul', [frames, filters]);
  const [batch, count, mels] = outputShape as readonly [number, number, number];
  if (a.log === 'db') {
    const logs = builder.add('Log', [builder.add('Max', [energies, builder.scalar(a.floor)])]);
    builder.reshape(builder.add('Mul', [logs, builder.scalar(10 / Math.LN10)]), [batch, 1, count, mels], output);
  } else {
    const logs = builder.add('Log', [builder.add('Add', [energies, builder.scalar(a.offset)])]);
    builder.reshape(logs, [batch, 1, count, mels], output);
  }
}
