// The answer in pixels of the picture: rows of the tables, and files as CSV, JSON and COCO's JSON.
import type { ToPicture } from '../../../../graph/pictures/preprocess.ts';
import { csv } from '../../../parts/csv.ts';
import { maskShares } from './mask-pixels.ts';
import type { TaskState } from './task-state.svelte.ts';

export interface BoxRow {
  readonly index: number;
  readonly label: string;
  readonly score: number;
  readonly anchor: number;
  /** Left and top, pixels of the picture. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly points?: readonly (readonly [number, number])[];
}

export interface PointRow {
  readonly index: number;
  readonly x: number;
  readonly y: number;
  /** On the scale of x. */
  readonly z?: number;
}

/** What the rows need of the answer's state. */
export type Answered = Pick<
  TaskState,
  'answer' | 'place' | 'filled' | 'absent' | 'settings' | 'task' | 'nameOf' | 'vision'
>;

/** From the net's input to pixels of the picture. */
function pixels({ place, vision: { seen } }: Answered): ToPicture | undefined {
  return place && seen && { x: (f) => place.x(f) * seen.width, y: (f) => place.y(f) * seen.height };
}

export function boxRows(task: Answered): readonly BoxRow[] {
  const { answer } = task;
  const at = pixels(task);
  if (answer?.kind !== 'boxes' || !at) return [];
  return answer.boxes.map(({ class: index, score, anchor, box: [left, top, right, bottom], points }) => ({
    index,
    label: task.nameOf(index),
    score,
    anchor,
    x: at.x(left),
    y: at.y(top),
    width: at.x(right) - at.x(left),
    height: at.y(bottom) - at.y(top),
    ...(points && { points: points.map(([x, y]) => [at.x(x), at.y(y)] as const) }),
  }));
}

export function pointRows(task: Answered): readonly PointRow[] {
  const { answer } = task;
  const at = pixels(task);
  if (answer?.kind !== 'points' || !at || task.absent) return [];
  const scale = at.x(1) - at.x(0);
  return answer.points.map(([x = 0, y = 0, z], index) => ({
    index,
    x: at.x(x),
    y: at.y(y),
    ...(z !== undefined && { z: z * scale }),
  }));
}

const maskRows = (task: Answered) =>
  task.answer?.kind === 'mask' || task.answer?.kind === 'matte'
    ? maskShares(task.answer, task.filled).map(({ index, share }) => ({
        index,
        label: task.answer?.kind === 'matte' ? 'in front' : task.nameOf(index),
        share,
      }))
    : [];

export function answerCsv(task: Answered): string {
  const { answer } = task;
  if (answer?.kind === 'boxes')
    return csv(
      ['class', 'label', 'score', 'x', 'y', 'width', 'height', 'anchor'],
      boxRows(task).map(({ index, label, score, x, y, width, height, anchor }) => [
        index,
        label,
        score,
        x,
        y,
        width,
        height,
        anchor,
      ]),
    );
  if (answer?.kind === 'points')
    return csv(
      ['point', 'x', 'y', 'z'],
      pointRows(task).map(({ index, x, y, z }) => [index, x, y, z]),
    );
  if (answer?.kind === 'classes')
    return csv(
      ['exit', 'class', 'label', 'probability'],
      answer.heads.flatMap(({ name, top }) =>
        top.map(({ index, probability }) => [name, index, task.nameOf(index), probability ?? undefined]),
      ),
    );
  if (answer?.kind === 'tensors')
    return csv(
      ['output', 'shape', 'mean', 'std', 'min', 'max'],
      answer.tensors.map(({ name, shape, mean, std, min, max }) => [name, shape.join('x'), mean, std, min, max]),
    );
  return csv(
    ['class', 'label', 'share'],
    maskRows(task).map(({ index, label, share }) => [index, label, share]),
  );
}

export function answerJson(task: Answered): string {
  const { answer, settings, vision } = task;
  const { seen, photo, session, net } = vision;
  const found = {
    ...(answer?.kind === 'boxes' && { boxes: boxRows(task) }),
    ...(answer?.kind === 'points' && {
      points: pointRows(task),
      ...(answer.presence !== undefined && { presence: answer.presence }),
    }),
    ...((answer?.kind === 'mask' || answer?.kind === 'matte') && { shares: maskRows(task) }),
    ...(answer?.kind === 'mask' && { mask: runLengths(answer.mask, answer.width, answer.height) }),
    ...(answer?.kind === 'classes' && { exits: answer.heads }),
    ...(answer?.kind === 'tensors' && { tensors: answer.tensors }),
  };
  const origin = { net: session.name, weights: net.loaded?.sha256, task: task.task?.kind };
  const picture = { name: seen?.live ? 'camera' : photo?.name, width: seen?.width, height: seen?.height };
  return JSON.stringify({ ...origin, picture, settings, preparation: net.preparation, ...found }, undefined, 2);
}

/** Rows of `[class, pixels]`, row by row of the net's map. */
function runLengths(mask: Uint16Array, width: number, height: number) {
  const runs: [number, number][] = [];
  for (const found of mask) {
    const last = runs.at(-1);
    if (last?.[0] === found) last[1]++;
    else runs.push([found, 1]);
  }
  return { width, height, runs };
}

/** Images, categories and annotations; category ids count from 1, as COCO's do. */
export function answerCoco(task: Answered): string {
  const { seen, photo } = task.vision;
  const rows = boxRows(task);
  const ids = [...new Set(rows.map(({ index }) => index))].sort((a, b) => a - b);
  return JSON.stringify(
    {
      images: [
        { id: 1, file_name: seen?.live ? 'camera' : (photo?.name ?? ''), width: seen?.width, height: seen?.height },
      ],
      categories: ids.map((index) => ({ id: index + 1, name: task.nameOf(index) })),
      annotations: rows.map(({ index, score, x, y, width, height, points }, i) => ({
        id: i + 1,
        image_id: 1,
        category_id: index + 1,
        bbox: [x, y, width, height],
        area: width * height,
        iscrowd: 0,
        score,
        ...(points && { keypoints: points.flatMap(([px, py]) => [px, py, 2]), num_keypoints: points.length }),
      })),
    },
    undefined,
    2,
  );
}
