// Which files are sounds, and how their samples come out of those that are no WAV: through the browser's decoders.

export const soundTypes = 'audio/*,.wav,.mp3,.ogg,.flac,.m4a,.webm';

export const isSound = ({ type, name }: { readonly type: string; readonly name: string }): boolean =>
  !name.startsWith('.') && (type.startsWith('audio/') || /\.(wav|mp3|ogg|oga|opus|flac|m4a|aac)$/i.test(name));

/** Larger ones would not fit into the page's memory once they are decoded. */
const mostBytes = 200_000_000;

/** Bytes of a sound file. Rejects with a sentence. */
export async function soundBytes(file: File): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size === 0) throw new Error(`"${file.name}" is empty; use another file.`);
  if (file.size > mostBytes) throw new Error(`"${file.name}" is larger than 200 MB; use a shorter sound.`);
  const bytes = await file.arrayBuffer().catch(() => undefined);
  if (!bytes) throw new Error(`"${file.name}" could not be read; is it still there?`);
  return new Uint8Array(bytes);
}

/** The beginning of a file tells that it is a sound: WAV, Ogg, FLAC, MP3. */
export const isSoundHead = (head: Uint8Array): boolean =>
  isWav(head) || /^(OggS|fLaC|ID3|\xff[\xfb\xf3\xf2])/.test(String.fromCharCode(...head.subarray(0, 4)));

export const isWav = (bytes: Uint8Array): boolean =>
  String.fromCharCode(...bytes.subarray(0, 4)) === 'RIFF' && String.fromCharCode(...bytes.subarray(8, 12)) === 'WAVE';

/** One channel at `rate` Hz, by the browser's decoders. Rejects with a sentence. */
export async function decodedSound(bytes: Uint8Array<ArrayBuffer>, name: string, rate: number): Promise<Float32Array> {
  let buffer: AudioBuffer;
  try {
    buffer = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes.buffer);
  } catch {
    throw new Error(`"${name}" is no sound that this browser decodes; save it as WAV.`);
  }
  const [first = new Float32Array(), ...others] = Array.from({ length: buffer.numberOfChannels }, (_, channel) =>
    buffer.getChannelData(channel),
  );
  if (others.length === 0) return first.slice();
  return first.map(
    (value, i) => others.reduce((sum, channel) => sum + (channel[i] as number), value) / (others.length + 1),
  );
}
