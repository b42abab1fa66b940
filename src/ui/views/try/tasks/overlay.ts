// What is drawn over a picture is given: the answer, and whether the picture is shown as a mirror does.
import type { TaskState } from './task-state.svelte.ts';

/** What overlays need of an answer's state: the page's own net's, or that of the net beside it. */
export type Drawn = Pick<
  TaskState,
  'answer' | 'place' | 'filled' | 'only' | 'opacity' | 'chosen' | 'absent' | 'crop' | 'nameOf'
>;

export interface OverlayProps {
  readonly task: Drawn;
  readonly mirror: boolean;
}

/** Percent of the picture's width, from the left as it is shown. */
export const across = (fraction: number, mirror: boolean): number => 100 * (mirror ? 1 - fraction : fraction);
