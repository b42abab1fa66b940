// The pictures that calibrate and compare: the samples, or files of the user's own.
import type { FoundFile } from './dropped.ts';
import { decodePhoto, isPhoto } from './photo.ts';
import { samples } from './samples.ts';

/** As many as the command line takes; more change ranges little and cost time. */
export const mostPictures = 64;

export class PictureSet {
  /** The user's own, empty for the samples. */
  #own = $state.raw<readonly FoundFile[]>([]);
  /** Photos that were given beyond {@link mostPictures}. */
  left = $state(0);
  /** Files that could not be read, in sentences. */
  problems = $state.raw<readonly string[]>([]);
  /** Names the set. */
  version = $state(0);

  get own(): readonly FoundFile[] {
    return this.#own;
  }
  get areSamples(): boolean {
    return this.#own.length === 0;
  }
  get count(): number {
    return this.areSamples ? samples.length : this.#own.length;
  }

  /** Takes the photos among the files; false when there is none. */
  use(files: readonly FoundFile[]): boolean {
    const photos = files.filter(({ file }) => isPhoto(file));
    if (photos.length === 0) return false;
    this.#own = photos.slice(0, mostPictures);
    this.left = photos.length - this.#own.length;
    this.#changed();
    return true;
  }
  useSamples(): void {
    this.#own = [];
    this.left = 0;
    this.#changed();
  }

  /** Bitmaps of all that can be read; the others are named in {@link problems}. Rejects when none can, or when aborted. */
  async decode(signal: AbortSignal): Promise<ImageBitmap[]> {
    const bitmaps: ImageBitmap[] = [];
    const problems: string[] = [];
    for (const { name, blob } of this.#sources()) {
      signal.throwIfAborted();
      try {
        bitmaps.push(await decodePhoto(await blob(), name, { signal }));
      } catch (error) {
        signal.throwIfAborted();
        problems.push((error as Error).message);
      }
    }
    this.problems = problems;
    if (bitmaps.length === 0) throw new Error(problems[0] ?? 'There are no pictures.');
    return bitmaps;
  }

  #changed(): void {
    this.version++;
    this.problems = [];
  }
  #sources(): readonly { readonly name: string; blob(): Promise<Blob> }[] {
    if (!this.areSamples) return this.#own.map(({ file, path }) => ({ name: path, blob: () => Promise.resolve(file) }));
    return samples.map(({ file }) => ({
      name: file,
      async blob() {
        const response = await fetch(new URL(`samples/${file}`, document.baseURI)).catch(() => undefined);
        if (response?.ok) return response.blob();
        throw new Error(`The sample ${file} could not be loaded from this page; check the connection and try again.`);
      },
    }));
  }
}
