// The part of a picture that a net of landmarks is shown: a square around a face that another net found.
import { elements } from '../../../gpu-kernels/op.ts';
import type { InferredGraph } from '../../ir/graph.ts';
import type { SourceBox } from '../../pictures/preprocess.ts';
import type { AnsweredBox, TaskAnswer } from '../task.ts';
import { valuesOf } from './landmarks.ts';

/** Side of the square over the longer side of the face's box: face meshes see more of the head (MediaPipe: 1.5; face-api.js: 1.2). */
export function cropFactor({ facts, outputs }: InferredGraph): number {
  const points = elements(facts.get(outputs.at(-1) ?? '')?.shape ?? []);
  return valuesOf(points) === 3 ? 1.5 : 1.2;
}

/** `face`: in pixels of the picture; left, top, right, bottom. */
export function cropAround([left, top, right, bottom]: SourceBox, factor: number): SourceBox {
  const half = (factor * Math.max(right - left, bottom - top)) / 2;
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return [x - half, y - half, x + half, y + half];
}

/** The surest face. */
export const surest = (answer: TaskAnswer): AnsweredBox | undefined =>
  answer.kind === 'boxes' ? answer.boxes[0] : undefined;

/** Points of a crop in fractions of the whole picture, depth on the scale of x. */
export function fromCrop(
  answer: TaskAnswer,
  [left, top, right, bottom]: SourceBox,
  { width, height }: { readonly width: number; readonly height: number },
): TaskAnswer {
  if (answer.kind !== 'points') return answer;
  const [w, h] = [right - left, bottom - top];
  const points = answer.points.map(([x = 0, y = 0, z]) => [
    (left + x * w) / width,
    (top + y * h) / height,
    ...(z === undefined ? [] : [(z * w) / width]),
  ]);
  return { ...answer, points };
}
