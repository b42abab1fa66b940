// Views of pictures: where a folder has fewer pictures than are wanted, parts of them at drawn places and sizes stand in.
import { preparePicture, type Picture, type Preparation, type SourceBox } from '../graph/pictures/preprocess.ts';
import { Draws } from '../graph/search/random.ts';

/** Side of the smallest part, as a share of the picture's. */
const smallest = 0.35;

/** `count` inputs: each picture whole first, then parts of them in turn. */
export function viewsOf(
  pictures: readonly Picture[],
  count: number,
  preparation: Preparation,
  seed: number,
): Float32Array[] {
  return Array.from({ length: count }, (_, i) => {
    const picture = pictures[i % pictures.length]!;
    return preparePicture(
      picture,
      i < pictures.length ? preparation : { ...preparation, box: partOf(picture, new Draws(seed, i)) },
    );
  });
}

function partOf({ width, height }: Picture, draws: Draws): SourceBox {
  const side = smallest + (0.9 - smallest) * draws.uniform();
  const [w, h] = [Math.max(1, Math.round(width * side)), Math.max(1, Math.round(height * side))];
  const [x, y] = [draws.below(width - w + 1), draws.below(height - h + 1)];
  return [x, y, x + w, y + h];
}
