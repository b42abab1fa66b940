// What a net makes of a sound: brought to its rate, cut into its windows, each of them answered as it comes.
import { resampleSound } from '../../../graph/audio/resample.ts';
import { readWav, SoundError, type Sound } from '../../../graph/audio/wav.ts';
import { windowsOf } from '../../../graph/audio/windows.ts';
import type { CallContext } from '../../border/serve.ts';
import type { VisionNet } from './net.ts';
import type { GivenSound, HeardSound, HeardWindow, HearingPlan } from './protocol.ts';

/** A longer sound is heard up to here: its spectrogram is kept as a whole. */
export const longestSeconds = 600;

export async function hear(
  net: VisionNet,
  given: GivenSound,
  { rate, length, hop, spectrogram }: HearingPlan,
  { signal, first, progress, pause }: CallContext,
): Promise<HeardSound> {
  const sound = 'bytes' in given ? readSound(given.bytes) : given;
  const seconds = sound.samples.length / sound.rate;
  if (sound.samples.length === 0) throw new Error('It holds no sound: it has no samples.');
  const most = longestSeconds * sound.rate;
  const samples = resampleSound(
    sound.samples.length > most ? sound.samples.subarray(0, most) : sound.samples,
    sound.rate,
    rate,
  );
  const windows = windowsOf(samples, length, hop);
  let ms = 0;
  for (const [index, window] of windows.entries()) {
    signal.throwIfAborted();
    const look = await net.hear(window, signal);
    ms += look.ms;
    first({
      index,
      fromSeconds: (index * hop) / rate,
      values: look.logits,
      ...(spectrogram !== undefined && { spectrogram: look.values.get(spectrogram) }),
      level: levelOf(window),
      ms: look.ms,
    } satisfies HeardWindow);
    progress('Listening', (index + 1) / windows.length);
    await pause();
  }
  return { seconds, rate: sound.rate, windows: windows.length, ms: ms / windows.length };
}

function readSound(bytes: Uint8Array): Sound {
  try {
    return readWav(bytes);
  } catch (error) {
    if (error instanceof SoundError) throw new Error(`It ${error.message}.`, { cause: error });
    throw error;
  }
}

/** Root mean square, dB below full scale; −Infinity for digital silence. */
function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const value of samples) sum += value * value;
  return 10 * Math.log10(sum / samples.length);
}
