// Non-maximum suppression: of boxes of one class that overlap, the one with the highest score stays.
import type { Boxes } from './decode.ts';

export interface NmsSettings {
  /** Boxes that overlap a better one of their class by more than this are dropped (intersection over union). */
  readonly iou: number;
  /** Only scores above it count. */
  readonly score: number;
  readonly perClass?: number;
  /** Over all classes. */
  readonly total?: number;
}

export interface Kept {
  readonly class: number;
  readonly score: number;
  readonly anchor: number;
}

/** Intersection over union of boxes i and j; 0 for boxes without area. */
function overlap(boxes: Boxes, i: number, j: number): number {
  const [a, b] = [4 * i, 4 * j];
  const height =
    Math.min(boxes[a + 2] as number, boxes[b + 2] as number) - Math.max(boxes[a] as number, boxes[b] as number);
  const width =
    Math.min(boxes[a + 3] as number, boxes[b + 3] as number) - Math.max(boxes[a + 1] as number, boxes[b + 1] as number);
  if (height <= 0 || width <= 0) return 0;
  return (height * width) / (area(boxes, a) + area(boxes, b) - height * width);
}

const area = (boxes: Boxes, at: number): number =>
  ((boxes[at + 2] as number) - (boxes[at] as number)) * ((boxes[at + 3] as number) - (boxes[at + 1] as number));

export const clipped = (boxes: Boxes): Boxes => boxes.map((value) => Math.min(1, Math.max(0, value)));

/**
 * Greedy, class by class. `scores`: one row an anchor, `classes` values each, no background among them. Boxes that are empty are no
 * candidates. Of equal scores the lower index goes first; the answer is sorted by score, class and index. NaN is no score.
 */
export function suppress(
  boxes: Boxes,
  scores: ArrayLike<number>,
  classes: number,
  { iou, score, perClass = 100, total = 100 }: NmsSettings,
): readonly Kept[] {
  const candidates: number[][] = Array.from({ length: classes }, () => []);
  // One flat pass: nearly every score is below the threshold.
  const count = (boxes.length / 4) * classes;
  for (let at = 0; at < count; at++) {
    if (!((scores[at] as number) > score)) continue;
    const anchor = Math.floor(at / classes);
    if (filled(boxes, anchor)) (candidates[at - anchor * classes] as number[]).push(anchor);
  }
  const kept: Kept[] = [];
  for (const [c, anchors] of candidates.entries()) {
    if (anchors.length === 0) continue;
    const of = (anchor: number): number => scores[anchor * classes + c] as number;
    anchors.sort((i, j) => of(j) - of(i) || i - j);
    const own: number[] = [];
    next: for (const anchor of anchors) {
      if (own.length === perClass) break;
      for (const better of own) if (overlap(boxes, anchor, better) > iou) continue next;
      own.push(anchor);
    }
    for (const anchor of own) kept.push({ class: c, score: of(anchor), anchor });
  }
  return kept.sort((a, b) => b.score - a.score || a.class - b.class || a.anchor - b.anchor).slice(0, total);
}

const filled = (boxes: Boxes, i: number): boolean =>
  (boxes[4 * i + 2] as number) > (boxes[4 * i] as number) &&
  (boxes[4 * i + 3] as number) > (boxes[4 * i + 1] as number);
