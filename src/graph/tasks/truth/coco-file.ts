// COCO's JSON of boxes as the truth of a folder: which picture has which boxes, of the classes that the net names.
import * as v from 'valibot';
import { plainName } from '../classify/folder-classes.ts';
import type { TrueBox } from '../detect/coco-map.ts';

const id = v.pipe(v.number(), v.integer());
const cocoFile = v.object({
  images: v.array(v.object({ id, file_name: v.string() })),
  annotations: v.array(
    v.object({
      image_id: id,
      category_id: id,
      bbox: v.tuple([v.number(), v.number(), v.number(), v.number()]),
      area: v.optional(v.number()),
      iscrowd: v.optional(v.union([v.number(), v.boolean()])),
    }),
  ),
  categories: v.array(v.object({ id, name: v.string() })),
});

export interface CocoTruth {
  /** Undefined for a picture that the file does not list. */
  of(path: string): readonly Omit<TrueBox, 'image'>[] | undefined;
  readonly pictures: number;
  /** Categories that the net has no class for: their boxes are left out. */
  readonly unknown: readonly string[];
}

/** Cheap, before the text is parsed: a file of answers or settings is none. */
export const looksLikeCoco = (text: string): boolean => /"annotations"\s*:/.test(text) && /"categories"\s*:/.test(text);

const baseName = (path: string): string => path.split(/[/\\]/).at(-1) ?? '';

/**
 * Categories are found by name among the net's classes, whatever their numbers; of a net with one class the file's only category is that
 * one, and of a net whose classes have no names they are its classes in the order of their numbers. Throws Error with the end of a sentence: `is no JSON`.
 */
export function cocoTruth(text: string, labels: readonly string[]): CocoTruth {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new Error('is no JSON');
  }
  const read = v.safeParse(cocoFile, given);
  if (!read.success) {
    const [issue] = read.issues;
    const place = issue.path?.map(({ key }) => String(key)).join('.') ?? '';
    throw new Error(`is not COCO’s JSON of boxes: ${place === '' ? '' : `${place}: `}${issue.message}`);
  }
  const { images, annotations, categories } = read.output;
  const byName = new Map(labels.map((label, index) => [plainName(label), index]));
  const alone = labels.length === 1 && categories.length === 1;
  const classOf = new Map<number, number>();
  const inOrder = categories.map((category) => category.id).sort((a, b) => a - b);
  for (const { id: category, name } of categories) {
    const index = labels.length === 0 ? inOrder.indexOf(category) : alone ? 0 : byName.get(plainName(name));
    if (index !== undefined) classOf.set(category, index);
  }
  const boxes = new Map<number, Omit<TrueBox, 'image'>[]>(images.map((image) => [image.id, []]));
  for (const { image_id: image, category_id: category, bbox, area, iscrowd } of annotations) {
    const index = classOf.get(category);
    if (index === undefined) continue;
    boxes.get(image)?.push({
      class: index,
      box: bbox,
      area: area ?? bbox[2] * bbox[3],
      ...((iscrowd === true || iscrowd === 1) && { crowd: true }),
    });
  }
  const byFile = new Map(images.map(({ id: image, file_name: name }) => [baseName(name), image]));
  return {
    of: (path) => {
      const image = byFile.get(baseName(path));
      return image === undefined ? undefined : boxes.get(image);
    },
    pictures: images.length,
    unknown: categories.filter((category) => !classOf.has(category.id)).map(({ name }) => name),
  };
}
