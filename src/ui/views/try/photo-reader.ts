// Reads one photo at a time for the screen: a newer one ends the one before, and what takes long says what it is doing.
import { decodePhoto } from '../../pictures/photo.ts';

/** Nothing is said of a picture that is there sooner. */
const slowAfterMs = 400;

/** Calls `say` when the work takes long. */
export async function whenSlow<T>(work: Promise<T>, say: () => void): Promise<T> {
  const timer = setTimeout(say, slowAfterMs);
  return work.finally(() => clearTimeout(timer));
}

const megapixels = (width: number, height: number): string =>
  `${width} × ${height} px (${((width * height) / 1e6).toFixed(1)} megapixels)`;

export class PhotoReader {
  #reading: AbortController | undefined;

  /** `slow` is told what is done with a picture that takes long, and undefined at its end. Undefined when it was given up. */
  async read(
    file: Blob,
    name: string,
    slow: (what: string | undefined) => void,
  ): Promise<{ readonly bitmap: ImageBitmap } | { readonly problem: string } | undefined> {
    this.cancel();
    const reading = new AbortController();
    this.#reading = reading;
    const { signal } = reading;
    let what = `Reading ${name}`;
    let said = false;
    const timer = setTimeout(() => {
      said = true;
      slow(what);
    }, slowAfterMs);
    try {
      const bitmap = await decodePhoto(file, name, {
        signal,
        onSize(width, height) {
          what = `Decoding ${name}, ${megapixels(width, height)}`;
          if (said) slow(what);
        },
      });
      if (!signal.aborted) return { bitmap };
      bitmap.close();
      return undefined;
    } catch (error) {
      return signal.aborted ? undefined : { problem: (error as Error).message };
    } finally {
      clearTimeout(timer);
      if (said && this.#reading === reading) slow(undefined);
    }
  }

  cancel(): void {
    this.#reading?.abort(new DOMException('Cancelled.', 'AbortError'));
    this.#reading = undefined;
  }
}
