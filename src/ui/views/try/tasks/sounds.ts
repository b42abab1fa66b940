// What was heard over time: the sounds that were surest on the whole, or the fitted values, each with its course.
import { sigmoid } from '../../../../graph/tasks/task.ts';
import type { HeardWindow } from '../../../../workers/jobs/vision/protocol.ts';
import { csv } from '../../../parts/csv.ts';

export interface Course {
  readonly index: number;
  readonly name: string;
  /** A window: a probability, or a fitted value as it is. */
  readonly values: readonly number[];
  readonly mean: number;
  readonly most: number;
  /** When it was most, seconds from the begin. */
  readonly mostAt: number;
}

interface CourseOptions {
  readonly kind: 'tags' | 'values';
  readonly most: number;
  /** Windows that the mean and the order are over, the last ones. */
  readonly over?: number;
  nameOf(index: number): string;
}

/** Sounds, the likeliest on average first, of which `most`; or every fitted value in the net's order. */
export function coursesOf(
  windows: readonly HeardWindow[],
  { kind, most, over = windows.length, nameOf }: CourseOptions,
): readonly Course[] {
  const count = windows[0]?.values.length ?? 0;
  const means = new Float64Array(count);
  const counted = windows.slice(-over);
  for (const { values } of counted)
    for (let i = 0; i < count; i++) means[i] = (means[i] as number) + read(kind, values[i] as number) / counted.length;
  const order = Array.from(means.keys());
  if (kind === 'tags') order.sort((a, b) => (means[b] as number) - (means[a] as number) || a - b);
  return order.slice(0, kind === 'tags' ? most : count).map((index) => {
    const values = windows.map((window) => read(kind, window.values[index] as number));
    const best = values.reduce((top, value, i) => (value > (values[top] as number) ? i : top), 0);
    return {
      index,
      name: nameOf(index),
      values,
      mean: means[index] as number,
      most: values[best] as number,
      mostAt: windows[best]?.fromSeconds ?? 0,
    };
  });
}

const read = (kind: 'tags' | 'values', value: number): number => (kind === 'tags' ? sigmoid(value) : value);

/** A row a window, a column a sound. */
export const coursesCsv = (windows: readonly HeardWindow[], courses: readonly Course[]): string =>
  csv(
    ['seconds', ...courses.map(({ name }) => name)],
    windows.map(({ fromSeconds }, i) => [fromSeconds, ...courses.map(({ values }) => values[i])]),
  );

export const coursesJson = (net: string, windows: readonly HeardWindow[], courses: readonly Course[]): string =>
  JSON.stringify(
    { net, windows: windows.map(({ fromSeconds, level }) => ({ fromSeconds, level })), courses },
    undefined,
    2,
  );
