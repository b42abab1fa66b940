// WAV files of every kind that recorders write are one wave; what is no sound is said at its place.
import { expect, test } from 'vitest';
import { readWav } from '../../../src/graph/audio/wav.ts';

interface Kind {
  readonly tag: number;
  readonly bits: number;
  readonly channels: number;
  readonly write: (view: DataView, at: number, value: number) => void;
}

/** The samples of each channel alike, with a chunk of odd size before them. */
function wavOf({ tag, bits, channels, write }: Kind, rate: number, samples: readonly number[]): Uint8Array {
  const each = (bits / 8) * channels;
  const bytes = new Uint8Array(44 + 14 + samples.length * each);
  const view = new DataView(bytes.buffer);
  const word = (at: number, text: string): void => void new TextEncoder().encodeInto(text, bytes.subarray(at));
  word(0, 'RIFF');
  word(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, tag, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * each, true);
  view.setUint16(34, bits, true);
  word(36, 'LIST');
  view.setUint32(40, 5, true);
  word(50, 'data');
  view.setUint32(54, samples.length * each, true);
  samples.forEach((value, i) => {
    for (let c = 0; c < channels; c++) write(view, 58 + i * each + (c * bits) / 8, value);
  });
  return bytes;
}

const float32: Kind = { tag: 3, bits: 32, channels: 1, write: (view, at, value) => view.setFloat32(at, value, true) };
const kinds: readonly Kind[] = [
  { tag: 1, bits: 8, channels: 2, write: (view, at, value) => view.setUint8(at, Math.round(127 * value) + 128) },
  { tag: 1, bits: 16, channels: 1, write: (view, at, value) => view.setInt16(at, Math.round(32767 * value), true) },
  {
    tag: 1,
    bits: 24,
    channels: 2,
    write: (view, at, value) => {
      const whole = Math.round((2 ** 23 - 1) * value);
      view.setUint16(at, whole & 0xffff, true);
      view.setInt8(at + 2, whole >> 16);
    },
  },
  { tag: 1, bits: 32, channels: 1, write: (view, at, value) => view.setInt32(at, (2 ** 31 - 1) * value, true) },
  { ...float32, channels: 2 },
  { tag: 3, bits: 64, channels: 1, write: (view, at, value) => view.setFloat64(at, value, true) },
];
const wave = Array.from({ length: 50 }, (_, i) => Math.sin(i / 3));

test.each(kinds)('$bits bits, $channels channels, format $tag', (kind) => {
  const { rate, samples } = readWav(wavOf(kind, 44_100, wave));
  expect(rate).toBe(44_100);
  expect(samples.length).toBe(wave.length);
  const off = Math.max(...wave.map((value, i) => Math.abs(value - samples[i]!)));
  expect(off).toBeLessThan(kind.bits === 8 ? 0.012 : 1e-4);
});

test.each([NaN, Infinity])('samples that are %s are named by their place', (value) => {
  const samples = [...wave.slice(0, 40), value];
  expect(() => readWav(wavOf(float32, 16_000, samples))).toThrow(
    'holds samples that are no numbers, the first 0.003 s from its start; save it as 16-bit PCM',
  );
});
