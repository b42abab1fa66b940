// Answers from frame to frame: points move by the one-euro filter, mattes blend with those before, masks of classes change where a class stays; a photo is shown as it is.
import { OneEuro } from '../../../../graph/tasks/landmarks/one-euro.ts';
import type { AnsweredBox, TaskAnswer } from '../../../../graph/tasks/task.ts';
import { steadied } from './steady-mask.ts';

/** Steady at rest, quick in movement: fractions of the picture move by less than 1 a second. */
const oneEuro = { minCutoff: 1.5, beta: 4 };
/** Share of the newest matte. */
const newest = 0.6;
/** Points that rest for longer begin anew, seconds. */
const forgotten = 0.5;

type Filters = readonly OneEuro[];

export interface Smoother {
  /** `seconds` on a clock that runs on. A run is one step, however often it is read; read by other settings it is shown as it is. */
  next(run: number, read: TaskAnswer, seconds: number): TaskAnswer;
}

export function smoother(): Smoother {
  let last: (Before & { readonly run: number; readonly read: TaskAnswer; readonly seconds: number }) | undefined;
  return {
    next(run, read, seconds) {
      if (last?.run === run) return last.read === read ? last.answer : read;
      const apart = last && seconds - last.seconds;
      const before =
        last && apart !== undefined && apart > 0 && apart < forgotten && last.answer.kind === read.kind
          ? last
          : undefined;
      last = { ...smoothed(read, before, apart ?? 0), run, read, seconds };
      return last.answer;
    },
  };
}

interface Before {
  readonly answer: TaskAnswer;
  readonly filters: readonly Filters[];
  /** Of a mask of classes, by pixel. */
  readonly sure?: Uint8Array;
}

function smoothed(answer: TaskAnswer, before: Before | undefined, apart: number): Before {
  switch (answer.kind) {
    case 'points': {
      const count = answer.points.reduce((sum, point) => sum + point.length, 0);
      const filters = before?.filters[0]?.length === count ? before.filters[0] : fresh(count);
      let at = 0;
      const points = answer.points.map((point) => point.map((value) => (filters[at++] as OneEuro).next(value, apart)));
      return { answer: { ...answer, points }, filters: [filters] };
    }
    case 'boxes': {
      const known = before?.answer.kind === 'boxes' ? before.answer.boxes : [];
      const all: Filters[] = [];
      const boxes = answer.boxes.map((box): AnsweredBox => {
        if (!box.points) return box;
        const index = nearest(box, known);
        const count = 4 + 2 * box.points.length;
        const kept = index < 0 ? undefined : before?.filters[index];
        const filters = kept?.length === count ? kept : fresh(count);
        all.push(filters);
        const next = (value: number, i: number): number => (filters[i] as OneEuro).next(value, apart);
        return {
          ...box,
          box: box.box.map(next) as unknown as AnsweredBox['box'],
          points: box.points.map(([x, y], i) => [next(x, 4 + 2 * i), next(y, 5 + 2 * i)] as const),
        };
      });
      return { answer: { ...answer, boxes }, filters: all };
    }
    case 'matte': {
      const old = before?.answer.kind === 'matte' ? before.answer.share : undefined;
      if (old?.length !== answer.share.length) return { answer, filters: [] };
      const share = answer.share.map((value, i) => newest * value + (1 - newest) * (old[i] as number));
      return { answer: { ...answer, share }, filters: [] };
    }
    case 'mask': {
      const old =
        before?.answer.kind === 'mask' && before.sure ? { mask: before.answer.mask, sure: before.sure } : undefined;
      const { mask, sure } = steadied(answer.mask, old);
      return { answer: { ...answer, mask }, filters: [], sure };
    }
    default:
      return { answer, filters: [] };
  }
}

const fresh = (count: number): Filters => Array.from({ length: count }, () => new OneEuro(oneEuro));

/** The box before that shares most with this one; −1 where none shares half. */
function nearest({ box }: AnsweredBox, boxes: readonly AnsweredBox[]): number {
  let [best, most] = [-1, 0.3];
  for (const [index, { box: other }] of boxes.entries()) {
    const width = Math.min(box[2], other[2]) - Math.max(box[0], other[0]);
    const height = Math.min(box[3], other[3]) - Math.max(box[1], other[1]);
    if (width <= 0 || height <= 0) continue;
    const both = width * height;
    const area = (b: AnsweredBox['box']): number => (b[2] - b[0]) * (b[3] - b[1]);
    const share = both / (area(box) + area(other) - both);
    if (share > most) [best, most] = [index, share];
  }
  return best;
}
