// The batch of a step: which pictures, and how they are changed, follows from the recipe's seed and the step's number alone.
import { hashOf } from '../search/random.ts';
import { augmented } from './data/augment.ts';
import type { LabelledPictures, DataSplit } from './data/pictures.ts';
import type { TrainRecipe } from './recipe.ts';

export interface TrainBatch {
  readonly input: Float32Array;
  readonly labels: readonly number[];
}

/** Number that keeps the draws of augmentation apart from those of the pictures. */
const CHANGED = 7;

/** All batches of step `t`, counted from 0, one behind the other. */
export function batchOfStep(pictures: LabelledPictures, recipe: TrainRecipe, t: number): TrainBatch {
  const rows = recipe.batch * (recipe.accumulate ?? 1);
  const drawn = Array.from({ length: rows }, (_, row) => {
    const found = pictures.sample('train', hashOf(recipe.seed, t, row) % pictures.counts.train);
    if (!recipe.augment) return found;
    return { ...found, pixels: augmented(found.pixels, pictures.side, recipe.augment, CHANGED, recipe.seed, t, row) };
  });
  return joined(drawn);
}

/** Pictures `from` … of a held-out part; the last one is repeated where it has fewer than `rows` more. */
export const heldOutBatch = (pictures: LabelledPictures, part: DataSplit, from: number, rows: number): TrainBatch =>
  joined(
    Array.from({ length: rows }, (_, row) => pictures.sample(part, Math.min(from + row, pictures.counts[part] - 1))),
  );

function joined(drawn: readonly { readonly pixels: Float32Array; readonly label: number }[]): TrainBatch {
  const size = drawn[0]?.pixels.length ?? 0;
  const input = new Float32Array(drawn.length * size);
  drawn.forEach(({ pixels }, row) => input.set(pixels, row * size));
  return { input, labels: drawn.map(({ label }) => label) };
}
