// What Train gives each of its tabs.
import type { TrainState } from './train-state.svelte.ts';

export interface TrainTabProps {
  readonly train: TrainState;
}
