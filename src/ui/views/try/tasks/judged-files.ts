// What a labelled folder comes to as figures on the screen and as files: the whole with its number of pictures, then class by class.
import type { Judgement } from '../../../../graph/tasks/truth/judge.ts';
import { csv } from '../../../parts/csv.ts';
import type { Judged } from './judging.svelte.ts';

/** Shares by name, the one that nets are compared by first; −1 where there is nothing to find. */
export function figuresOf(verdict: Judgement): readonly (readonly [name: string, share: number])[] {
  switch (verdict.metric) {
    case 'accuracy':
      return [
        ['Top-1', verdict.top1],
        ['Top-5', verdict.top5],
      ];
    case 'mAP':
      return Object.entries(verdict.figures);
    case 'mIoU':
      return [
        ['Mean IoU', verdict.miou],
        ['Pixels right', verdict.pixelAccuracy],
      ];
  }
}

/** What the numbers of a class count. */
export const countedIn = { accuracy: 'pictures', mAP: 'boxes', mIoU: 'pixels' } as const;

/** Of all classes together, by the names that the figures of one class have. */
const whole = (verdict: Judgement): Readonly<Record<string, number>> =>
  verdict.metric === 'accuracy'
    ? { 'top-1': verdict.top1, 'top-5': verdict.top5 }
    : verdict.metric === 'mIoU'
      ? { IoU: verdict.miou }
      : verdict.figures;

/** A row a class, after one of all of them; −1 where there is nothing to find. */
export function judgedCsv({ verdict, judged, classes }: Judged, nameOf: (index: number) => string): string {
  const columns = Object.keys(classes[0]?.figures ?? {});
  const cells = (figures: Readonly<Record<string, number>>) => columns.map((name) => figures[name]);
  return csv(
    ['class', 'label', 'n', 'counted in', ...columns],
    [
      ['', 'all', judged, 'pictures', ...cells(whole(verdict))],
      ...classes.map(({ class: index, n, figures }) => [
        index,
        nameOf(index),
        n,
        countedIn[verdict.metric],
        ...cells(figures),
      ]),
    ],
  );
}

/** `net`, `pictures`, `judged` and `verdict` are those of `evaluate --json`. */
export const judgedJson = (
  { verdict, judged, pictures, classes, failed, notes, stopped }: Judged,
  nameOf: (index: number) => string,
  origin: { readonly net: string } & Readonly<Record<string, unknown>>,
): string =>
  JSON.stringify(
    {
      ...origin,
      pictures,
      judged,
      ...(stopped && { stopped }),
      verdict,
      classes: classes.map(({ class: index, ...rest }) => ({ class: index, label: nameOf(index), ...rest })),
      failed,
      notes,
    },
    undefined,
    2,
  );
