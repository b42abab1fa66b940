// What a net says of a picture in one line, for the caption below it: its classes, how many boxes, what of the picture is covered.
import { shortLabel } from '../../../../graph/tasks/classify/labels.ts';
import type { TaskAnswer } from '../../../../graph/tasks/task.ts';
import { counted, percent } from '../../../parts/format.ts';
import { maskShares } from '../tasks/mask-pixels.ts';

/** Names at most. */
const most = 3;

export const saidOfClasses = (answers: readonly { readonly label: string; readonly probability: number }[]): string =>
  answers
    .slice(0, most)
    .map(({ label, probability }) => `${shortLabel(label)} ${percent(probability)}`)
    .join(', ');

export function saidOf(
  answer: TaskAnswer,
  { filled, absent, nameOf }: { filled: readonly [number, number]; absent: boolean; nameOf: (index: number) => string },
): string {
  switch (answer.kind) {
    case 'boxes': {
      const names = answer.boxes.slice(0, most).map(({ class: index, score }) => `${nameOf(index)} ${percent(score)}`);
      return [counted(answer.boxes.length, 'box', 'boxes'), ...names].join(', ');
    }
    case 'mask':
      return (
        maskShares(answer, filled)
          .filter(({ index }) => index !== 0)
          .slice(0, most)
          .map(({ index, share }) => `${nameOf(index)} ${percent(share)}`)
          .join(', ') || 'background alone'
      );
    case 'matte':
      return `${percent(maskShares(answer, filled)[0]?.share ?? 0)} in front`;
    case 'points':
      return absent ? 'no face' : counted(answer.points.length, 'point');
    default:
      return '';
  }
}
