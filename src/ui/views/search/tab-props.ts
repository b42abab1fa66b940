// What Search gives each of its tabs.
import type { SearchState } from './search-state.svelte.ts';

export interface SearchTabProps {
  readonly search: SearchState;
}
