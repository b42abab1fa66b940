// The truths of a labelled folder, one rule for the page and the command line: names of folders, COCO's JSON of boxes, masks of the photos' names.
import { ambiguousSentence, folderClasses } from '../classify/folder-classes.ts';
import { cocoTruth } from './coco-file.ts';
import type { Truth } from './judge.ts';
import { pairMasks } from './mask-file.ts';

/** A mask stands in a file of its own, which is read when it is its photo's turn. */
export type FoundTruth = Exclude<Truth, { kind: 'mask' }> | { readonly kind: 'mask'; readonly file: string };

export interface FoundTruths {
  /** Photo → its truth; photos without one are not in it. */
  readonly of: ReadonlyMap<string, FoundTruth>;
  /** What the user should know, a sentence each. */
  readonly notes: readonly string[];
  /** Where a truth was looked for: the end of a sentence. */
  readonly hint: string;
}

const folderOf = (path: string): string => path.split(/[/\\]/).at(-2) ?? '';

/** Folders named by class, label or number. */
export function classTruths(files: readonly string[], labels: readonly string[]): FoundTruths {
  const classOf = folderClasses(labels);
  const of = new Map<string, FoundTruth>();
  const notes = new Set<string>();
  for (const file of files) {
    const folder = folderOf(file);
    const found = classOf(folder);
    if (found.kind === 'class') of.set(file, { kind: 'class', index: found.index });
    if (found.kind === 'ambiguous') notes.add(ambiguousSentence(folder, found.indices));
  }
  return { of, notes: [...notes], hint: 'name the folders inside by class, label or number' };
}

/** `text`: COCO's JSON, `name` its file. Throws Error with the end of a sentence, as in `is no JSON`. */
export function boxTruths(
  files: readonly string[],
  { text, name, labels }: { readonly text: string; readonly name: string; readonly labels: readonly string[] },
): FoundTruths {
  const truth = cocoTruth(text, labels);
  const { unknown } = truth;
  const shown = unknown.slice(0, 5).join(', ');
  const of = files.flatMap((photo) => {
    const boxes = truth.of(photo);
    return boxes ? [[photo, { kind: 'boxes', boxes }] as const] : [];
  });
  return {
    of: new Map(of),
    notes:
      unknown.length > 0
        ? [
            `the net has no class for ${unknown.length} categories of "${name}" (${shown}${unknown.length > 5 ? ', …' : ''}): their boxes are left out.`,
          ]
        : [],
    hint: `"${name}" lists ${truth.pictures} others`,
  };
}

/** `masks`: where they lie elsewhere than among the photos. */
export function maskTruths(files: readonly string[], masks?: readonly string[]): FoundTruths {
  return {
    of: new Map([...pairMasks(files, masks)].map(([photo, file]) => [photo, { kind: 'mask', file }] as const)),
    notes: [],
    hint: 'a mask is a PNG file with its photo’s name in another folder, such as “masks”',
  };
}
