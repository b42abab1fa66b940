// What the layout does not allow and what still stands: each entry is a fault to be mended, and the lists only shrink.

/** Imports against the layers, between members that stay apart, or in a circle. */
export const imports: readonly string[] = [];

/** Names that several exported types share. */
export const sharedNames: readonly string[] = [];
