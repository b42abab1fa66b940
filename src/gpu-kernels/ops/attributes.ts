// Attribute schemas that several ops share, so that a stride is checked and worded the same way everywhere.
import * as v from 'valibot';

const wholeNumber = (least: 0 | 1) => {
  const message = `must be a whole number of at least ${least}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message));
};

/** A count: an integer of at least 1. */
export const count = wholeNumber(1);
/** A position: an integer of at least 0. */
export const position = wholeNumber(0);
/** An axis after the batch; the last one is the channel. */
export const axis = v.picklist([1, 2, 3], 'must be an axis from 1 to 3');
/** Rows and columns. */
export const rowsAndColumns = v.strictTuple([count, count]);
/** Rows and columns; one number stands for both. */
export const pair = v.union(
  [
    rowsAndColumns,
    v.pipe(
      count,
      v.transform((n): [number, number] => [n, n]),
    ),
  ],
  'must be one or two whole numbers of at least 1',
);
/** See `Padding`: TensorFlow's SAME, one number for all sides, or top, bottom, left, right. */
export const padding = v.union(
  [v.literal('same'), position, v.strictTuple([position, position, position, position])],
  'must be "same", a whole number, or four of them (top, bottom, left, right)',
);
export const epsilon = v.pipe(v.number('must be a number'), v.minValue(0, 'must not be negative'));
/** Ops without attributes take `{}`. */
export const none = v.strictObject({});
export type None = v.InferOutput<typeof none>;
/** WGSL literal of a finite number. */
export const f32 = (value: number): string => {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
};
