// What Quantize gives each of its tabs.
import type { QuantizeState } from './quantize-state.svelte.ts';

export interface QuantizeTabProps {
  readonly quantize: QuantizeState;
}
