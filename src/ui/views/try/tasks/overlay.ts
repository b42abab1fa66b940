// What is drawn over a picture is given: the answer, and whether the picture is shown as a mirror does.
import type { TaskState } from './task-state.svelte.ts';

export interface OverlayProps {
  readonly task: TaskState;
  readonly mirror: boolean;
}

/** Percent of the picture's width, from the left as it is shown. */
export const across = (fraction: number, mirror: boolean): number => 100 * (mirror ? 1 - fraction : fraction);
