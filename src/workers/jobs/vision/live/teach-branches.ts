// A linear head for every branch, taught on the same pictures, and how right each of them is on those held out, by how busy they are.
import { headLogits, heldOutFrom, teachHead, type Head } from '../teach-head.ts';

export interface LiveSample {
  readonly density: number;
  /** By branch. */
  readonly features: readonly Float32Array[];
}

export interface TaughtBranches {
  readonly heads: readonly Head[];
  readonly accuracy: readonly (readonly number[])[];
  readonly heldOut: readonly number[];
  readonly contentFrom: readonly number[];
}

/** Classes of content: as many pictures in each. */
export const contents = ['plain', 'medium', 'busy'] as const;
/** So many held-out pictures weigh as much as the branch's mean over all content. */
const prior = 4;

/** The class of content that a picture of this edge density is of. */
export const contentOf = (density: number, from: readonly number[]): number =>
  from.filter((begin) => density >= begin).length;

/** The caller takes the next value, the number of branches that are done, when it has time. Throws RangeError as {@link teachHead} does. */
export function* teachBranches(
  classes: readonly { readonly name: string; readonly samples: readonly LiveSample[] }[],
): Generator<number, TaughtBranches> {
  const branches = classes[0]?.samples[0]?.features.length ?? 0;
  const densities = classes.flatMap(({ samples }) => samples.map(({ density }) => density)).sort((a, b) => a - b);
  const contentFrom = contents
    .slice(1)
    .map((_, i) => densities[Math.floor(((i + 1) * densities.length) / contents.length)] as number);
  const judged = classes.flatMap(({ samples }, truth) =>
    samples.slice(heldOutFrom(samples.length)).map((sample) => ({ ...sample, truth })),
  );
  const heldOut = contents.map(
    (_, content) => judged.filter(({ density }) => contentOf(density, contentFrom) === content).length,
  );
  const heads: Head[] = [];
  const accuracy = contents.map((): number[] => []);
  for (let branch = 0; branch < branches; branch++) {
    const lesson = teachHead(
      classes.map(({ name, samples }) => ({ name, features: samples.map(({ features }) => features[branch]!) })),
    );
    let step = lesson.next();
    while (!step.done) step = lesson.next();
    const { head } = step.value;
    heads.push(head);
    const right = contents.map(() => 0);
    for (const { density, features, truth } of judged) {
      const logits = headLogits(head, features[branch]!);
      if (logits.indexOf(Math.max(...logits)) === truth) right[contentOf(density, contentFrom)]!++;
    }
    const mean = right.reduce((sum, count) => sum + count, 0) / judged.length;
    contents.forEach((_, k) => accuracy[k]!.push((right[k]! + prior * mean) / (heldOut[k]! + prior)));
    yield branch + 1;
  }
  return { heads, accuracy, heldOut, contentFrom };
}
