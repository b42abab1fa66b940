// The two ways to write a dot product of four signed bytes, which the tiled kernels are made in.
export type DotProduct = 'dot' | 'plain';

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
