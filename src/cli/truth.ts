// The truth of a labelled folder on the command line: names of folders, COCO's JSON of boxes, or masks of the photos' names.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { looksLikeCoco } from '../graph/tasks/truth/coco-file.ts';
import {
  boxTruths,
  classTruths,
  maskTruths,
  type FoundTruth,
  type FoundTruths,
} from '../graph/tasks/truth/folder-truth.ts';
import type { Truth } from '../graph/tasks/truth/judge.ts';
import { maskOf } from '../graph/tasks/truth/mask-file.ts';
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

const folderTruth = (
  { of, notes, hint }: FoundTruths,
  files: readonly string[],
  read: (truth: FoundTruth) => Promise<Truth>,
): FolderTruth => ({
  photos: files.filter((photo) => of.has(photo)),
  of: (photo) => read(of.get(photo) as FoundTruth),
  notes,
  hint,
});
const asIs = (truth: FoundTruth): Promise<Truth> => Promise.resolve(truth as Truth);

function classTruth(files: readonly string[], { given, labels }: Where): FolderTruth {
  if (given !== undefined)
    throw new UsageError('the classes are the names of the folders in --images; leave --truth away.');
  return folderTruth(classTruths(files, labels), files, asIs);
}

function boxTruth(files: readonly string[], { given, folder, labels }: Where): FolderTruth {
  const name = given ?? cocoFileIn(folder);
  if (name === undefined)
    throw new UsageError(`"${folder}" holds no COCO JSON of boxes; give it with --truth FILE.json.`);
  try {
    return folderTruth(boxTruths(files, { text: readText(name), name, labels }), files, asIs);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`"${name}" ${(error as Error).message}.`);
  }
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
  const found = maskTruths(files, given === undefined ? undefined : findPictures(given).files);
  const read = async (truth: FoundTruth): Promise<Truth> => {
    const { file } = truth as Extract<FoundTruth, { kind: 'mask' }>;
    const bytes = readBytes(file);
    const picture = await decodePicture(bytes, file);
    try {
      return { kind: 'mask', mask: maskOf(bytes, picture) };
    } catch (error) {
      throw new UsageError(`"${file}" ${(error as Error).message}.`);
    }
  };
  return folderTruth({ ...found, hint: `${found.hint}, or in --truth DIR` }, files, read);
}
