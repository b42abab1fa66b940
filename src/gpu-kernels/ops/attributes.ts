// Attribute schemas that several ops share, so that a stride is checked and worded the same way everywhere.
import * as v from 'valibot';

/** A count: an integer of at least 1. */
export const count = v.pipe(v.number(), v.integer(), v.minValue(1));
/** A position: an integer of at least 0. */
export const position = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Rows and columns; one number stands for both. */
export const pair = v.union([v.tuple([count, count]), v.pipe(count, v.transform((n): [number, number] => [n, n]))]);
/** See `Padding`: TensorFlow's SAME, one number for all sides, or top, bottom, left, right. */
export const padding = v.union([v.literal('same'), position, v.tuple([position, position, position, position])]);
export const epsilon = v.pipe(v.number(), v.minValue(0));
/** Ops without attributes take `{}`. */
export const none = v.strictObject({});
export type None = v.InferOutput<typeof none>;
