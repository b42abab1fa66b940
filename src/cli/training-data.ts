// The pictures of `train`: drawn ones, or a folder with a folder a class, prepared to the net's size as bytes.
import { statSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { preparationFor, preparePicture } from '../graph/pictures/preprocess.ts';
import { drawnPatterns, ownPictures, type LabelledPictures } from '../graph/train/data/pictures.ts';
import { trainingPreprocessing } from '../graph/train/weights-file.ts';
import { usualDrawn, type TrainRecipe } from '../graph/train/recipe.ts';
import { findPictures, readPicture, type LeftOut } from './picture.ts';
import { UsageError } from './verb.ts';

/** Bytes of prepared pictures at most. */
const mostBytes = 2 ** 31;

export interface TrainingData {
  readonly pictures: LabelledPictures;
  /** Files of the folder that are not used. */
  readonly leftOut: readonly LeftOut[];
}

export function drawnData(side: number, { seed, drawn }: TrainRecipe): TrainingData {
  const { count, difficulty } = drawn ?? usualDrawn;
  return { pictures: drawnPatterns(side, seed, count, difficulty), leftOut: [] };
}

/** Throws UsageError with the reason and the fix. */
export async function folderData(folder: string, side: number): Promise<TrainingData> {
  const found = findPictures(folder);
  const leftOut = [...found.leftOut];
  const classes: string[] = [];
  const used = found.files.flatMap((file) => {
    const [name = '', ...rest] = relative(folder, file).split(sep);
    if (rest.length === 0) {
      leftOut.push({ file, why: 'lies in no folder of a class' });
      return [];
    }
    let label = classes.indexOf(name);
    if (label < 0) label = classes.push(name) - 1;
    return [{ file, label }];
  });
  if (classes.length < 2)
    throw new UsageError(
      `"${folder}" holds ${classes.length === 1 ? 'one folder' : 'no folders'} with pictures; training needs a folder a class, two at least.`,
    );
  const size = side * side * 3;
  if (used.length * size > mostBytes)
    throw new UsageError(
      `${used.length} pictures of ${side} × ${side} are more than 2 GB; give fewer, or a smaller input.`,
    );
  const preparation = preparationFor([3, side, side], trainingPreprocessing);
  const bytes: Uint8Array[] = [];
  const labels: number[] = [];
  for (const { file, label } of used) {
    if (!statSync(file, { throwIfNoEntry: false })) throw new UsageError(`"${file}" is gone.`);
    const prepared = preparePicture(await readPicture(file), preparation);
    bytes.push(Uint8Array.from(prepared, (value) => Math.min(255, Math.max(0, Math.round((value + 1) * 127.5)))));
    labels.push(label);
  }
  const pixels = new Uint8Array(used.length * size);
  bytes.forEach((own, at) => pixels.set(own, at * size));
  try {
    return { pictures: ownPictures({ classes, side, pixels, labels }), leftOut };
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`"${folder}": ${error.message}.`);
    throw error;
  }
}
