// The front end of nets that listen: a wave becomes a log-mel picture; it has no weights and may stand above the stem.
import { ShapeError } from '../../gpu-kernels/op.ts';
import { defineBlock, type Argument } from './block.ts';
import { numberOf } from './parts.ts';

const samples = (key: string, label: string, doc: string, required: boolean): Argument => ({
  key,
  label,
  kind: 'int',
  min: 1,
  max: 16_384,
  doc,
  ...(required && { required }),
});
const number = (key: string, label: string, max: number, doc: string, fallback?: number): Argument => ({
  key,
  label,
  kind: 'number',
  min: 0,
  max,
  doc,
  ...(fallback !== undefined && { default: fallback }),
});

export const logmel = defineBlock({
  word: 'logmel',
  doc: 'Wave to [frames × mels]: Hann frames, magnitude or power, mel filters, logarithm.',
  source: 'YAMNet (AudioSet, ICASSP 2017); Wav2Small, arXiv 2408.13920 §3',
  place: 'stem',
  args: [
    samples('n', 'transform', 'Samples of the Fourier transform.', true),
    samples('win', 'window', 'Samples of the window; default: the transform.', false),
    samples('hop', 'hop', 'Samples from frame to frame.', true),
    { key: 'm', label: 'mel bands', kind: 'int', required: true, min: 1, max: 1024, doc: 'Mel filters.' },
    number('lo', 'lowest', 192_000, 'Lower end of the filters, Hz.', 0),
    number('hi', 'highest', 192_000, 'Upper end of the filters, Hz; default: half the rate.'),
    {
      key: 'scale',
      label: 'mel scale',
      kind: 'word',
      words: ['slaney', 'htk', 'tf'],
      default: 'slaney',
      doc: 'slaney: normalised by area (librosa); htk: height 1; tf: linear in mel, without 0 Hz (TensorFlow).',
    },
    { key: 'power', label: 'power', kind: 'int', default: 2, min: 1, max: 2, doc: '1 = magnitude, 2 = power.' },
    {
      key: 'log',
      label: 'logarithm',
      kind: 'word',
      words: ['db', 'ln'],
      default: 'db',
      doc: 'db: 10 log10 max(x, floor); ln: ln(x + off).',
    },
    number('floor', 'floor', 1, 'Least energy of `log=db`.', 1e-10),
    number('off', 'offset', 1, 'Added before `log=ln`.', 1e-6),
    { key: 'unit', label: 'unit variance', kind: 'flag', doc: 'The wave is first brought to mean 0 and variance 1.' },
  ],
  expand(builder, args, { header, name, index }) {
    const { rate } = header;
    if (rate === undefined)
      throw new ShapeError('the wave’s rate is unknown', 'add a header line, for example "rate 16000"');
    const fft = numberOf(args, 'n');
    builder.add(name || (index === 0 ? 'logmel' : `logmel_${index}`), 'log_mel', {
      rate,
      fft,
      window: numberOf(args, 'win', fft),
      hop: numberOf(args, 'hop'),
      mels: numberOf(args, 'm'),
      low: numberOf(args, 'lo'),
      high: numberOf(args, 'hi', rate / 2),
      scale: args.scale,
      power: numberOf(args, 'power', 2),
      log: args.log,
      floor: numberOf(args, 'floor'),
      offset: numberOf(args, 'off'),
      unit: args.unit === true,
    });
  },
});
