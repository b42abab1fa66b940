// A mask or a matte as pixels to lay over the picture, cut to the part of the map that the picture fills.
import type { TaskAnswer } from '../../../../graph/tasks/task.ts';
import { classRgb } from './class-colour.ts';

export type MaskAnswer = Extract<TaskAnswer, { kind: 'mask' | 'matte' }>;

export interface ClassShare {
  readonly index: number;
  /** Of the picture's pixels. */
  readonly share: number;
}

/** Columns and rows of the map that hold the picture; the rest is padding. `filled`: shares of width and height. */
function part({ width, height }: MaskAnswer, filled: readonly [number, number]): readonly [number, number] {
  const side = (length: number, share: number): number => Math.max(1, Math.min(length, Math.round(length * share)));
  return [side(width, filled[0]), side(height, filled[1])];
}

/** `shown`: class → whether it is drawn. The background of a mask is clear; a matte darkens what is not in front. */
export function maskPixels(
  answer: MaskAnswer,
  filled: readonly [number, number],
  shown: (index: number) => boolean,
): ImageData {
  const [columns, rows] = part(answer, filled);
  const pixels = new ImageData(columns, rows);
  // One 32-bit write a pixel: a mask of 513 × 513 is drawn many times a second.
  const words = new Uint32Array(pixels.data.buffer);
  if (answer.kind === 'matte') {
    const [r, g, b] = classRgb(0);
    const colour = (b << 16) | (g << 8) | r;
    for (let y = 0, to = 0; y < rows; y++)
      for (let x = 0, at = y * answer.width; x < columns; x++, at++, to++) {
        const share = Math.min(1, Math.max(0, answer.share[at] as number));
        words[to] = ((Math.round(255 * share) << 24) | colour) >>> 0;
      }
    return pixels;
  }
  const colours = Uint32Array.from({ length: answer.classes }, (_, index) => {
    if (index === 0 || !shown(index)) return 0;
    const [r, g, b] = classRgb(index);
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
  for (let y = 0, to = 0; y < rows; y++)
    for (let x = 0, at = y * answer.width; x < columns; x++, at++, to++)
      words[to] = colours[answer.mask[at] as number] as number;
  return pixels;
}

/** What share of the picture each class has, the largest first; of a matte what is in front. */
export function maskShares(answer: MaskAnswer, filled: readonly [number, number]): readonly ClassShare[] {
  const [columns, rows] = part(answer, filled);
  const counts = new Float64Array(answer.kind === 'mask' ? answer.classes : 1);
  for (let y = 0; y < rows; y++)
    for (let x = 0, at = y * answer.width; x < columns; x++, at++) {
      const index = answer.kind === 'mask' ? (answer.mask[at] as number) : 0;
      counts[index] = (counts[index] ?? 0) + (answer.kind === 'mask' ? 1 : (answer.share[at] as number));
    }
  return Array.from(counts, (count, index) => ({ index, share: count / (columns * rows) }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share || a.index - b.index);
}
