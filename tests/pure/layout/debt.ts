// What the layout does not allow and what still stands: each entry is a fault to be mended, and the lists only shrink.

/** Imports against the layers, between members that stay apart, or in a circle. */
export const imports: readonly string[] = [
  'gpu-kernels/packing/int8-packers.ts → gpu-kernels/packing/packers.ts',
  'ui/views/quantize/quantize-state.svelte.ts → ui/views/try/try-state.svelte.ts',
  'ui/views/try/batch.svelte.ts → ui/views/try/try-state.svelte.ts',
  'ui/views/try/inside/check.svelte.ts → ui/views/try/try-state.svelte.ts',
  'ui/views/try/teach.svelte.ts → ui/views/try/try-state.svelte.ts',
  'ui/weights/PathBadge.svelte → ui/views/try/try-state.svelte.ts',
  'ui/weights/WeightsPanel.svelte → ui/views/try/try-state.svelte.ts',
  'ui/weights/open-net.svelte.ts → ui/views/try/head-file.ts',
];

/** Names that several exported types share. */
export const sharedNames: readonly string[] = [
  'Arithmetic',
  'Box',
  'Checkpoint',
  'Column',
  'Cost',
  'EngineState',
  'Fact',
  'Family',
  'GroupNormAttrs',
  'Header',
  'LayerNormAttrs',
  'Place',
  'PlacedLine',
  'Quantization',
  'Rate',
  'ResizeAttrs',
  'SortKey',
  'Source',
  'Taps',
  'TimmText',
  'Token',
  'TokenKind',
  'View',
];
