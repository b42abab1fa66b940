// Integer products seen as the float families they mirror, so that both share the arithmetic of rows, taps and windows.
import { productRows, type ProductRows } from '../../wgsl/product-rows.ts';
import type { Step } from '../../step.ts';

const mirrored: Readonly<Record<string, string>> = { int8Pointwise: 'pointwise', int8Conv2d: 'conv2d' };

/** Rows of an `int8Pointwise` or `int8Conv2d` step; undefined where groups split a word of four channels. */
export const byteRows = (step: Step): ProductRows | undefined =>
  productRows({ ...step, family: mirrored[step.family] ?? step.family });

export type Arithmetic = 'dot' | 'plain';

/**
 * How a dot product of four signed bytes is written. `dot`: the language's packed product on whole words; `plain`: bytes taken apart,
 * then an integer vector product; the parts of a word are used several times, so taking apart is a step of its own.
 */
export const arithmeticText = {
  dot: { type: 'u32', part: (word: string) => word, product: (a: string, b: string) => `dot4I8Packed(${a}, ${b})` },
  plain: {
    type: 'vec4i',
    part: (word: string) => `signed4(${word})`,
    product: (a: string, b: string) => `dot(${a}, ${b})`,
  },
} as const;
