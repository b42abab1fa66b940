// What the layout does not allow and what still stands: each entry is a fault to be mended, and the lists only shrink.

/** Imports against the layers, between members that stay apart, or in a circle. */
export const imports: readonly string[] = ['gpu-kernels/packing/int8-packers.ts → gpu-kernels/packing/packers.ts'];

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
