// The truth of a labelled folder on the command line: names of folders, COCO's JSON of boxes, or masks of the photos' names.
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ambiguousSentence, folderClasses } from '../graph/tasks/classify/folder-classes.ts';
import { cocoTruth, looksLikeCoco } from '../graph/tasks/truth/coco-file.ts';
import type { Truth } from '../graph/tasks/truth/judge.ts';
import { maskOf, pairMasks } from '../graph/tasks/truth/mask-file.ts';
import { readBytes, readText } from './files.ts';
import { decodePicture, findPictures } from './picture.ts';
import { UsageError } from './verb.ts';

export interface FolderTruth {
  /** Those that have a truth. */
  readonly photos: readonly string[];
  of(photo: string): Promise<Truth>;
  /** What the user should know, a sentence each. */
  readonly notes: readonly string[];
  /** Where a truth was looked for: the end of a sentence. */
  readonly hint: string;
}

interface Where {
  /** The user's word. */
  readonly given: string | undefined;
  readonly folder: string;
  readonly labels: readonly string[];
}

/** Throws {@link UsageError} where what the user gave is no truth. */
export const findTruth = (kind: Truth['kind'], files: readonly string[], where: Where): FolderTruth =>
  ({ class: classTruth, boxes: boxTruth, mask: maskTruth })[kind](files, where);

function classTruth(files: readonly string[], { given, labels }: Where): FolderTruth {
  if (given !== undefined)
    throw new UsageError('the classes are the names of the folders in --images; leave --truth away.');
  const classOf = folderClasses(labels);
  const truths = new Map<string, Truth>();
  const notes = new Set<string>();
  for (const file of files) {
    const folder = basename(dirname(file));
    const found = classOf(folder);
    if (found.kind === 'class') truths.set(file, { kind: 'class', index: found.index });
    if (found.kind === 'ambiguous') notes.add(ambiguousSentence(folder, found.indices));
  }
  return {
    photos: [...truths.keys()],
    of: (photo) => Promise.resolve(truths.get(photo) as Truth),
    notes: [...notes],
    hint: 'name the folders inside by class, label or number',
  };
}

function boxTruth(files: readonly string[], { given, folder, labels }: Where): FolderTruth {
  const file = given ?? cocoFileIn(folder);
  if (file === undefined)
    throw new UsageError(`"${folder}" holds no COCO JSON of boxes; give it with --truth FILE.json.`);
  let truth: ReturnType<typeof cocoTruth>;
  try {
    truth = cocoTruth(readText(file), labels);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`"${file}" ${(error as Error).message}.`);
  }
  const { unknown } = truth;
  const shown = unknown.slice(0, 5).join(', ');
  return {
    photos: files.filter((photo) => truth.of(photo) !== undefined),
    of: (photo) => Promise.resolve({ kind: 'boxes', boxes: truth.of(photo) ?? [] }),
    notes:
      unknown.length > 0
        ? [
            `the net has no class for ${unknown.length} categories of "${file}" (${shown}${unknown.length > 5 ? ', …' : ''}): their boxes are left out.`,
          ]
        : [],
    hint: `"${file}" lists ${truth.pictures} others`,
  };
}

/** One that stands in the folder or in its folder of annotations. */
function cocoFileIn(folder: string): string | undefined {
  for (const place of [folder, join(folder, 'annotations'), join(folder, '..', 'annotations')]) {
    if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) continue;
    const found = readdirSync(place)
      .filter((name) => /\.json$/i.test(name))
      .sort();
    for (const name of found) if (looksLikeCoco(readText(join(place, name)))) return join(place, name);
  }
  return undefined;
}

function maskTruth(files: readonly string[], { given }: Where): FolderTruth {
  const pairs = given === undefined ? pairMasks(files) : pairMasks(files, findPictures(given).files);
  const of = async (photo: string): Promise<Truth> => {
    const file = pairs.get(photo) as string;
    const bytes = readBytes(file);
    const picture = await decodePicture(bytes, file);
    try {
      return { kind: 'mask', mask: maskOf(bytes, picture) };
    } catch (error) {
      throw new UsageError(`"${file}" ${(error as Error).message}.`);
    }
  };
  return {
    photos: files.filter((photo) => pairs.has(photo)),
    of,
    notes: [],
    hint: 'a mask is a PNG file with its photo’s name in another folder, such as “masks”, or in --truth DIR',
  };
}
