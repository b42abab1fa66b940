// WAV files as recorders write them (RIFF: PCM of 8 to 32 bits, or floats), read to one channel of samples between −1 and 1.

export interface Sound {
  /** Samples a second. */
  readonly rate: number;
  /** One channel: the mean of the file's. */
  readonly samples: Float32Array;
}

/** The bytes are no such file. The message goes on after the file's name. */
export class SoundError extends Error {
  override readonly name = 'SoundError';
}

const pcm = 1;
const float = 3;
const extensible = 0xfffe;

interface Format {
  readonly kind: number;
  readonly channels: number;
  readonly rate: number;
  readonly bits: number;
}

export function readWav(bytes: Uint8Array): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || word(0) !== 'RIFF' || word(8) !== 'WAVE')
    throw new SoundError('is no WAV file; save the sound as WAV');
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    // Recorders that were cut off leave a size that the file does not have.
    const length = Math.min(size, bytes.length - body);
    if (word(at) === 'fmt ' && length >= 16) format = readFormat(view, body, length);
    else if (word(at) === 'data') {
      if (!format) throw new SoundError('is a damaged WAV file: it does not say how its samples are stored');
      const samples = readSamples(view, body, length, format);
      const bad = samples.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0)
        throw new SoundError(
          `holds samples that are no numbers, the first ${(bad / format.rate).toFixed(3)} s from its start; save it as 16-bit PCM`,
        );
      return { rate: format.rate, samples };
    }
    at = body + size + (size % 2);
  }
  throw new SoundError('is a damaged WAV file: it holds no samples');
}

function readFormat(view: DataView, at: number, length: number): Format {
  const tag = view.getUint16(at, true);
  const kind = tag === extensible && length >= 26 ? view.getUint16(at + 24, true) : tag;
  const [channels, rate, bits] = [
    view.getUint16(at + 2, true),
    view.getUint32(at + 4, true),
    view.getUint16(at + 14, true),
  ];
  const known = kind === pcm ? [8, 16, 24, 32].includes(bits) : kind === float && [32, 64].includes(bits);
  if (!known)
    throw new SoundError(
      `holds samples of a kind that is not read here (format ${kind}, ${bits} bits); save it as 16-bit PCM`,
    );
  if (channels === 0 || rate === 0) throw new SoundError('is a damaged WAV file: it has no channels or no sample rate');
  return { kind, channels, rate, bits };
}

function readSamples(view: DataView, at: number, length: number, { kind, channels, bits }: Format): Float32Array {
  const bytes = bits / 8;
  const sample = (position: number): number => {
    if (kind === float) return bits === 32 ? view.getFloat32(position, true) : view.getFloat64(position, true);
    if (bits === 8) return (view.getUint8(position) - 128) / 128;
    if (bits === 16) return view.getInt16(position, true) / 2 ** 15;
    if (bits === 24) return (view.getUint16(position, true) + view.getInt8(position + 2) * 2 ** 16) / 2 ** 23;
    return view.getInt32(position, true) / 2 ** 31;
  };
  const frames = Math.floor(length / bytes / channels);
  return Float32Array.from({ length: frames }, (_, frame) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += sample(at + (frame * channels + c) * bytes);
    return sum / channels;
  });
}
