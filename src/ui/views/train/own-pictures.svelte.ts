// Pictures of the user's own, a folder a class: told by their paths, decoded and handed to the worker when a job first needs them.
import * as Comlink from 'comlink';
import type { FoundFile } from '../../pictures/dropped.ts';
import { decodePhoto, isPhoto } from '../../pictures/photo.ts';
import type { AskTrainer, TrainHooks } from './asks.ts';

/** Pictures decoded before they are handed over. */
const together = 16;

export class OwnPictures {
  files = $state.raw<readonly FoundFile[]>([]);
  /** Names the set. */
  version = $state(0);
  /** Files that could not be read, in sentences. */
  problems = $state.raw<readonly string[]>([]);
  /** Side for which the worker has the pictures; 0: it has none. */
  #sentFor = 0;

  readonly classes: readonly string[] = $derived([...new Set(this.files.map(classOf))].sort());

  constructor(private readonly ask: <T>(work: AskTrainer<T>, hooks: TrainHooks) => Promise<T>) {}

  /** Takes the photos that lie in a folder; false where none does. */
  use(found: readonly FoundFile[]): boolean {
    const photos = found.filter(({ file, path }) => isPhoto(file) && path.includes('/'));
    if (photos.length === 0) return false;
    this.files = photos;
    this.problems = [];
    this.version++;
    this.#sentFor = 0;
    return true;
  }
  /** The worker is gone, and with it the pictures. */
  lost(): void {
    this.#sentFor = 0;
  }

  async send(side: number, hooks: TrainHooks): Promise<void> {
    if (this.#sentFor === side) return;
    const { files, classes } = this;
    const problems: string[] = [];
    let first = true;
    for (let from = 0; from < files.length; from += together) {
      hooks.onProgress('Reading pictures', from / files.length);
      const bitmaps: ImageBitmap[] = [];
      const labels: number[] = [];
      for (const found of files.slice(from, from + together)) {
        hooks.signal.throwIfAborted();
        try {
          bitmaps.push(await decodePhoto(found.file, found.path, { signal: hooks.signal }));
          labels.push(classes.indexOf(classOf(found)));
        } catch (error) {
          hooks.signal.throwIfAborted();
          problems.push((error as Error).message);
        }
      }
      const begins = first;
      await this.ask(
        (calls, ticket) => calls.take(ticket, side, classes, Comlink.transfer(bitmaps, bitmaps), labels, begins),
        hooks,
      );
      first = false;
    }
    this.problems = problems;
    this.#sentFor = side;
  }
}

/** The folder that a file lies in, which is its class. */
const classOf = ({ path }: FoundFile): string => path.split('/').at(-2) ?? '';
