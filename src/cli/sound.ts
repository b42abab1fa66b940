// Sound files on the command line: read, brought to the net's sample rate and cut into its windows.
import { resampleSound } from '../graph/audio/resample.ts';
import { readWav, SoundError, type Sound } from '../graph/audio/wav.ts';
import { windowsOf } from '../graph/audio/windows.ts';
import type { Task } from '../graph/tasks/task.ts';
import { readBytes } from './files.ts';
import { UsageError } from './verb.ts';

export interface Heard {
  readonly sound: Sound;
  /** Samples from one window to the next. */
  readonly hop: number;
  readonly windows: readonly Float32Array[];
}

/** Throws {@link UsageError} when the file cannot be read. */
export function readSound(file: string, task: Task, length: number, rate: number): Heard {
  const bytes = readBytes(file);
  let sound: Sound;
  try {
    sound = readWav(bytes);
  } catch (error) {
    if (error instanceof SoundError) throw new UsageError(`"${file}" ${error.message}.`);
    throw error;
  }
  if (sound.samples.length === 0) throw new UsageError(`"${file}" holds no sound: it has no samples.`);
  const hop = task.hopSeconds === undefined ? Math.ceil(length / 2) : Math.round(task.hopSeconds * rate);
  return { sound, hop, windows: windowsOf(resampleSound(sound.samples, sound.rate, rate), length, hop) };
}
