// Pictures with a class each, as a run of training draws them by number: drawn sets, and pictures of one's own split into three parts.
import { hashOf } from '../../search/random.ts';
import { leaf, leafClasses } from './leaves.ts';
import { pattern, patternClasses } from './patterns.ts';

/** `train` is learned from, `check` chooses when to stop, `test` is looked at once, at the end. */
export type DataSplit = 'train' | 'check' | 'test';

export interface LabelledPicture {
  /** `[side, side, 3]`, values −1 to 1. */
  readonly pixels: Float32Array;
  readonly label: number;
}

export interface LabelledPictures {
  readonly classes: readonly string[];
  readonly counts: Readonly<Record<DataSplit, number>>;
  /** Height and width. */
  readonly side: number;
  sample(part: DataSplit, index: number): LabelledPicture;
  /** The same for the same pictures, so that a run is not gone on with on others. */
  readonly fingerprint: string;
}

/** Where the numbers of a drawn set's parts begin. */
const begins = { train: 0, test: 1_000_000, check: 2_000_000 } as const;
/** Held-out pictures of a drawn set. */
const heldOut = { check: 120, test: 500 } as const;

/** Shapes and fills: 12 classes without a download. */
export const drawnPatterns = (side: number, seed: number, count: number, difficulty: number): LabelledPictures =>
  drawnSet(patternClasses, side, count, `patterns ${side} ${seed} ${count} ${difficulty}`, (place) => {
    const { pixels, label } = pattern(seed, place, side, difficulty);
    return { pixels: pixels.map((value) => 2 * value - 1), label };
  });

/** Species and diseases: 15 classes without a download. */
export const drawnLeaves = (side: number, seed: number, count: number): LabelledPictures =>
  drawnSet(leafClasses, side, count, `leaves ${side} ${seed} ${count}`, (place) => leaf(seed, place, side));

/** Keeps what was drawn. */
function drawnSet(
  classes: readonly string[],
  side: number,
  count: number,
  fingerprint: string,
  draw: (place: number) => LabelledPicture,
): LabelledPictures {
  const known = new Map<number, LabelledPicture>();
  return {
    classes,
    counts: { train: count, ...heldOut },
    side,
    fingerprint,
    sample(part, index) {
      const place = begins[part] + index;
      let found = known.get(place);
      if (!found) known.set(place, (found = draw(place)));
      return found;
    },
  };
}

/** Pictures as bytes, one behind the other. */
export interface PictureBytes {
  readonly classes: readonly string[];
  readonly side: number;
  /** `[count, side, side, 3]`. */
  readonly pixels: Uint8Array;
  /** Index of the class of each. */
  readonly labels: readonly number[];
}

/** Pictures a class without which there is nothing to learn, check and test. */
export const fewestOfAClass = 5;

/** Splits each class: a fifth is held out for the end, a tenth (one at least) for the looks on the way. Throws RangeError with a sentence. */
export function ownPictures({ classes, side, pixels, labels }: PictureBytes): LabelledPictures {
  const size = side * side * 3;
  if (classes.length < 2) throw new RangeError('two classes at least are needed, a folder each');
  const parts: Record<DataSplit, number[]> = { train: [], check: [], test: [] };
  for (const [label, name] of classes.entries()) {
    const own = labels.flatMap((found, index) => (found === label ? [index] : []));
    if (own.length < fewestOfAClass)
      throw new RangeError(`"${name}" has ${own.length} pictures; each class needs ${fewestOfAClass} at least`);
    // Names often number the shots of one scene: the order of a hash mixes them.
    own.sort((a, b) => hashOf(a) - hashOf(b));
    const test = Math.max(1, Math.floor(own.length / 5));
    const check = Math.max(1, Math.floor(own.length / 10));
    parts.test.push(...own.slice(0, test));
    parts.check.push(...own.slice(test, test + check));
    parts.train.push(...own.slice(test + check));
  }
  let sum = 0;
  for (const byte of pixels) sum = (Math.imul(sum, 31) + byte) >>> 0;
  return {
    classes,
    counts: { train: parts.train.length, check: parts.check.length, test: parts.test.length },
    side,
    fingerprint: `own ${side} ${labels.length} ${classes.length} ${sum}`,
    sample(part, index) {
      const at = parts[part][index] as number;
      const bytes = pixels.subarray(at * size, (at + 1) * size);
      return { pixels: Float32Array.from(bytes, (byte) => byte / 127.5 - 1), label: labels[at] as number };
    },
  };
}
