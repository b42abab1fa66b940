// Whether two programs found the same: boxes by class, score and place, points by distance.
import type { Asked } from './answers-on-files.ts';
import type { Detection } from './published-answers.ts';

/** Boxes with a lower score may come and go. */
const sure = 0.4;

/** Of the boxes with sure scores each must have one of the same class and place, both ways. */
export function sameBoxes(
  { answer, labels }: Asked,
  wanted: readonly Detection[],
  allowed: { readonly score: number; readonly iou: number },
): string | undefined {
  if (answer.kind !== 'boxes') return 'there are no boxes';
  const found = answer.boxes.map(({ class: c, score, box }) => ({ label: labels[c] ?? '', score, box }));
  const theirs = wanted.map(([label, score, [top, left, bottom, right]]) => ({
    label,
    score,
    box: [left, top, right, bottom] as const,
  }));
  const lonely = (from: typeof theirs, among: typeof theirs): string | undefined => {
    const one = from
      .filter(({ score }) => score > sure)
      .find(
        (a) =>
          !among.some(
            (b) =>
              a.label === b.label && Math.abs(a.score - b.score) <= allowed.score && iou(a.box, b.box) >= allowed.iou,
          ),
      );
    return (
      one &&
      `${one.label} ${one.score.toFixed(4)} at ${one.box.map((value) => value.toFixed(3)).join(', ')} is on one side only`
    );
  };
  return lonely(theirs, found) ?? lonely(found, theirs);
}

type Box = readonly [number, number, number, number];
export function iou(a: Box, b: Box): number {
  const area = ([left, top, right, bottom]: Box): number => Math.max(0, right - left) * Math.max(0, bottom - top);
  const shared = area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  return shared / (area(a) + area(b) - shared);
}

/** The largest distance between points of the same place in the lists. */
export const farthest = (found: readonly (readonly number[])[], wanted: readonly (readonly number[])[]): number =>
  found.length < wanted.length
    ? Infinity
    : Math.max(
        0,
        ...wanted.map(([x = NaN, y = NaN], i) => Math.hypot((found[i]?.[0] ?? NaN) - x, (found[i]?.[1] ?? NaN) - y)),
      );
