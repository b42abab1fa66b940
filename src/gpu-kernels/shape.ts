// Shapes of activations and parameters: the word that every contract begins with.

/**
 * Logical shape of an activation. The rank fixes the layout:
 * rank 4 = feature map `[N, H, W, C]`, rank 3 = tokens `[N, T, C]`, rank 2 = vector `[N, C]`.
 * The channel is always the last axis, so flattening a map to tokens moves no data.
 */
export type Shape = readonly number[];

/** Number of elements of a shape. */
export const elements = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);
