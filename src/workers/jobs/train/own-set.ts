// Pictures of the user's own as the worker holds them: prepared for one input side, as bytes, until they are trained on.
import { preparationFor, preparePicture } from '../../../graph/pictures/preprocess.ts';
import { ownPictures, type LabelledPictures } from '../../../graph/train/data/pictures.ts';
import { trainingPreprocessing } from '../../../graph/train/weights-file.ts';
import { picturePixels } from '../../pictures/picture-pixels.ts';

/** Bytes of prepared pictures at most. */
const mostBytes = 2 ** 30;

interface Taken {
  readonly side: number;
  readonly classes: readonly string[];
  readonly pixels: Uint8Array[];
  readonly labels: number[];
}

export class OwnSet {
  #taken: Taken | undefined;
  #joined: LabelledPictures | undefined;

  /** Adds pictures; `first` begins anew. Says how many there are. */
  async take(
    side: number,
    classes: readonly string[],
    bitmaps: readonly ImageBitmap[],
    labels: readonly number[],
    first: boolean,
    pause: () => Promise<void>,
  ): Promise<number> {
    if (first || !this.#taken) this.#taken = { side, classes, pixels: [], labels: [] };
    const into = this.#taken;
    this.#joined = undefined;
    const preparation = preparationFor([3, side, side], trainingPreprocessing);
    for (const [at, bitmap] of bitmaps.entries()) {
      if ((into.labels.length + 1) * side * side * 3 > mostBytes)
        throw new Error(
          `More than ${into.labels.length} pictures of ${side} × ${side} do not fit; use a smaller input.`,
        );
      const values = preparePicture(await picturePixels(bitmap), preparation);
      bitmap.close();
      into.pixels.push(Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.round((value + 1) * 127.5)))));
      into.labels.push(labels[at] as number);
      await pause();
    }
    return into.labels.length;
  }

  /** Split into parts. Throws Error with a sentence. */
  of(side: number): LabelledPictures {
    const taken = this.#taken;
    if (!taken || taken.labels.length === 0) throw new Error('Choose a folder with a folder a class first.');
    if (taken.side !== side)
      throw new Error('The pictures were prepared for another input size; choose the folder again.');
    if (this.#joined) return this.#joined;
    const size = side * side * 3;
    const pixels = new Uint8Array(taken.labels.length * size);
    taken.pixels.forEach((bytes, at) => pixels.set(bytes, at * size));
    return (this.#joined = ownPictures({ ...taken, pixels }));
  }
}
