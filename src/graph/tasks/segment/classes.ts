// Masks: the class of every pixel of a map of logits, and how well masks agree (mean intersection over union).
import type { Shape } from '../../../gpu-kernels/op.ts';

/** Index of the largest value at each place of a map `[1, H, W, C]`; of equal ones the lower. */
export function classMask(map: ArrayLike<number>, shape: Shape): Uint16Array {
  const [, height = 1, width = 1, channels = 1] = shape;
  const mask = new Uint16Array(height * width);
  for (let i = 0, at = 0; i < mask.length; i++, at += channels) {
    let best = 0;
    for (let c = 1; c < channels; c++) if ((map[at + c] as number) > (map[at + best] as number)) best = c;
    mask[i] = best;
  }
  return mask;
}

/** Pixels that the truth leaves open. */
export const voidClass = 255;

export interface MaskFigures {
  /** Per class; null for a class that neither mask has. */
  readonly iou: readonly (number | null)[];
  /** Over the classes that occur. */
  readonly miou: number;
  readonly pixelAccuracy: number;
}

/** Pixels by class, of as many masks as are added. */
export class MaskCounts {
  readonly #both: Float64Array;
  readonly #inTruth: Float64Array;
  readonly #inMask: Float64Array;

  constructor(private readonly classes: number) {
    [this.#both, this.#inTruth, this.#inMask] = [0, 1, 2].map(() => new Float64Array(classes)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
  }

  /** Of equal length; a truth of a class that the net does not have is void. */
  add(truth: ArrayLike<number>, mask: ArrayLike<number>): void {
    const count = (to: Float64Array, c: number): void => void (to[c] = (to[c] ?? 0) + 1);
    for (let i = 0; i < truth.length; i++) {
      const [wanted, found] = [truth[i] as number, mask[i] as number];
      if (wanted === voidClass || wanted >= this.classes) continue;
      count(this.#inTruth, wanted);
      count(this.#inMask, found);
      if (wanted === found) count(this.#both, wanted);
    }
  }

  /** Pixels of each class in the truths. */
  get pixels(): readonly number[] {
    return [...this.#inTruth];
  }

  get figures(): MaskFigures {
    const iou = Array.from(this.#both, (shared, c) => {
      const union = (this.#inTruth[c] as number) + (this.#inMask[c] as number) - shared;
      return union > 0 ? shared / union : null;
    });
    const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
    const present = iou.filter((value) => value !== null);
    return { iou, miou: sum(present) / present.length, pixelAccuracy: sum(this.#both) / sum(this.#inTruth) };
  }
}
