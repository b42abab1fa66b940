// What Try gives each of its tabs.
import type { TryState } from './try-state.svelte.ts';

export interface TryTabProps {
  readonly vision: TryState;
  /** The class whose places in the picture are shown, and how another is chosen. */
  readonly mapped: number | undefined;
  readonly map: (index: number | undefined) => void;
}
