// What does not fit is refused with a sentence that names the numbers and a fix.
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { ShapeError, type Shape } from '../../../src/gpu-kernels/op.ts';
import { ops } from '../../../src/gpu-kernels/ops/index.ts';
import { inferShape, opNamed } from './run-op.ts';

// prettier-ignore
const refusals: readonly (readonly [name: string, attrs: unknown, inputs: readonly Shape[], message: string, fix?: string])[] = [
  ['input', { shape: [1, 3, 3, 3] }, [[1, 1]], 'an input reads 0 inputs, not 1'],
  [
    'conv2d',
    { out: 8, kernel: 3 },
    [[1, 49, 64]],
    'a convolution needs a feature map [N, H, W, C], not [1, 49, 64]',
    'move it above the pooling or the flattening, or turn the tokens back into a map',
  ],
  ['conv2d', { out: 8, kernel: 3 }, [], 'a convolution reads 1 input, not 0'],
  ['conv2d', { out: 8, kernel: 1, groups: 3 }, [[1, 7, 7, 32]], '32 → 8 channels cannot be split into 3 groups', 'make both channel counts divisible by the groups'],
  ['conv2d', { out: 8, kernel: 5 }, [[1, 7, 4, 3]], 'kernel 5 is larger than the 4 px map it reads', 'use a smaller kernel, a smaller stride above, or a larger input'],
  [
    'mixed_conv2d',
    { kernels: [3, 5], inSplits: [4], outSplits: [4, 4] },
    [[1, 7, 7, 8]],
    '2 kernels, 1 input splits and 2 output splits do not pair up',
    'give one split of each kind per kernel',
  ],
  [
    'mixed_conv2d',
    { kernels: [3, 5], inSplits: [4, 3], outSplits: [4, 3] },
    [[1, 7, 7, 8]],
    'the input splits add up to 7, but the map has 8 channels',
    'make the splits add up to the channels',
  ],
  ['mixed_conv2d', { kernels: [3, 4], inSplits: [4, 4], outSplits: [4, 4] }, [[1, 7, 7, 8]], 'kernel 4 gives a 6×6 map, kernel 3 a 7×7 map', 'use odd kernels only'],
  ['group_norm', { groups: 5 }, [[1, 7, 7, 32]], 'group norm cannot split 32 channels into 5 groups', 'use a number of groups that divides the channels'],
  ['evonorm_s0', { groups: 32 }, [[1, 7, 7, 24]], 'EvoNorm cannot split 24 channels into 32 groups', 'use a number of groups that divides the channels'],
  ['add', {}, [[1, 7, 7, 32], [1, 7, 7, 24]], 'a sum cannot pair [1, 7, 7, 32] with [1, 7, 7, 24]', 'make both shapes equal, or 1 where they differ'],
  ['mul', {}, [[1, 7, 7, 32], [1, 32]], 'a product cannot pair [1, 7, 7, 32] with [1, 32]', 'make both shapes equal, or 1 where they differ'],
  ['sub', {}, [[1, 32]], 'a difference reads 2 inputs, not 1'],
  ['mean', { axes: [2] }, [[1, 49, 64]], 'a mean over axis 2 would average the channels of [1, 49, 64]', 'average over the axes between batch and channels'],
  ['avg_pool2d', { kernel: 7 }, [[1, 4, 8, 3]], 'pooling window 7 is larger than the 4 px map it reads', 'use a smaller window, a smaller stride above, or a larger input'],
  ['max_pool2d', { kernel: 2, padding: 2 }, [[1, 4, 4, 3]], 'padding 2 would leave pooling windows of 2 without a pixel', 'pad by less than the kernel'],
  ['blur_pool', {}, [[1, 1, 9, 3]], 'blur pooling reflects 1 px, more than a 1×9 map has', 'use a larger input or a smaller blur'],
  ['resize', {}, [[1, 4, 4, 3]], 'a resize needs a size or a scale, and not both', 'give one of them'],
  ['resize', { scale: 2, size: [8, 8] }, [[1, 4, 4, 3]], 'a resize needs a size or a scale, and not both', 'give one of them'],
  ['reshape', { to: 'map', height: 7, width: 7 }, [[1, 50, 64]], '50 tokens do not fill a 7×7 map', 'make height × width equal the number of tokens'],
  ['reshape', { to: 'map', height: 7, width: 7 }, [[1, 64]], 'a reshape to a map needs tokens [N, T, C], not [1, 64]', 'flatten the map to tokens first'],
  ['reshape', { to: 'vector' }, [[1, 7, 7, 64]], 'flattening to a vector needs a single pixel or token, not [1, 7, 7, 64]', 'pool first'],
  ['concat', { axis: 1 }, [], 'a concat needs at least one input'],
  ['concat', { axis: 3 }, [[1, 7, 7, 8], [1, 7, 6, 8]], 'a concat along axis 3 cannot join [1, 7, 7, 8] and [1, 7, 6, 8]', 'make the other sizes equal'],
  ['concat', { axis: 3 }, [[1, 7, 8], [1, 7, 8]], 'a concat has no axis 3 in [1, 7, 8]', 'use an axis from 1 to 2'],
  ['slice', { axis: 3, start: 4, size: 5 }, [[1, 7, 7, 8]], 'a slice reads element 8 of axis 3, which has 8', 'use a smaller start, size or step'],
  ['select', { axis: 1, index: 3 }, [[1, 3, 8]], 'a select reads element 3 of axis 1, which has 3', 'use a smaller index'],
  ['select', { axis: 1, index: 0 }, [[1, 8]], 'a select would leave no axis of [1, 8] but one', 'select from tokens or a map'],
  ['transpose', { perm: [0, 2, 2] }, [[1, 3, 8]], 'perm [0, 2, 2] does not list each of the 3 axes once', 'list every axis exactly once'],
  ['prepend_token', {}, [[1, 7, 7, 8]], 'a class token needs tokens [N, T, C], not [1, 7, 7, 8]', 'flatten the map to tokens first'],
  ['position_embedding', { tokens: 197 }, [[1, 65, 8]], 'the position embedding has 197 positions, but there are 65 tokens', 'make it 65 positions'],
  ['attention', { heads: 2, keyDim: 4 }, [[1, 9, 8]], 'attention reads queries, keys and values, not 1'],
  ['attention', { heads: 3, kvHeads: 2, keyDim: 4 }, [[1, 9, 12], [1, 9, 8], [1, 9, 8]], '3 heads cannot share 2 key heads', 'make heads a multiple of the key heads'],
  ['attention', { heads: 3, keyDim: 4 }, [[1, 9, 8], [1, 9, 12], [1, 9, 12]], '3 × 4 query channels end at 12, but the input has 8', 'make heads × dimension equal the channels'],
  ['attention', { heads: 2, keyDim: 4 }, [[1, 9, 8], [1, 9, 8], [1, 3, 3, 4]], '2 × 4 value channels end at 8, but the input has 4', 'make heads × dimension equal the channels'],
  ['attention', { heads: 2, keyDim: 4 }, [[1, 9, 8], [1, 9, 8], [1, 4, 8]], 'there are 9 keys but 4 values', 'give keys and values the same stride'],
  ['attention', { heads: 2, keyDim: 4 }, [[1, 8], [1, 8], [1, 8]], 'attention needs tokens or a map, not [1, 8]', 'move it above the pooling'],
  [
    'attention',
    { heads: 2, keyDim: 4, bias: { kind: 'relative', qSize: [7, 7], kSize: [7, 7] } },
    [[1, 9, 8], [1, 9, 8], [1, 9, 8]],
    'the attention bias covers 2401 pairs, but there are 9 queries and 9 keys',
    'build the net for this input size',
  ],
  ['performer_attention', { dim: 64, features: 32 }, [[1, 9, 64]], 'performer attention of dimension 64 reads 192 channels, not 64', 'make the kqv layer 192 channels wide'],
];

test.each(refusals.map(([op, attrs, inputs, message, fix]) => ({ op, attrs, inputs, message, fix })))(
  '$op: $message',
  (refusal) => {
    let caught: unknown;
    try {
      inferShape(refusal.op, refusal.attrs, refusal.inputs);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ShapeError);
    const { message, fix } = caught as ShapeError;
    expect({ message, fix }).toEqual({ message: refusal.message, fix: refusal.fix });
  },
);

describe('attributes', () => {
  test.each([
    ['conv2d', { out: 0, kernel: 3 }, 'out', 'must be a whole number of at least 1'],
    ['conv2d', { out: 8, kernel: 3, strides: 2 }, 'strides', 'Invalid key: Expected never but received "strides"'],
    ['conv2d', { out: 8, kernel: [3, 3, 3] }, 'kernel', 'must be one or two whole numbers of at least 1'],
    [
      'conv2d',
      { out: 8, kernel: 3, padding: [1, 1] },
      'padding',
      'must be "same", a whole number, or four of them (top, bottom, left, right)',
    ],
    ['slice', { axis: 1, start: 0.5, size: 1 }, 'start', 'must be a whole number of at least 0'],
    ['mean', { axes: [3] }, 'axes.0', 'must be 1 (height or tokens) or 2 (width)'],
    ['relu', { alpha: 1 }, 'alpha', 'Invalid key: Expected never but received "alpha"'],
    ['concat', { axis: 0 }, 'axis', 'must be an axis from 1 to 3'],
    ['batch_norm', { eps: -1 }, 'eps', 'must not be negative'],
    ['reshape', { to: 'map', height: 7 }, 'width', 'Invalid key: Expected "width" but received undefined'],
    ['scale_const', { factor: Infinity }, 'factor', 'must be a finite number'],
  ])('%s refuses %j', (name, attrs, path, message) => {
    const { issues } = v.safeParse(opNamed(name).attrs, attrs);
    expect(issues?.map((issue) => [v.getDotPath(issue), issue.message])).toEqual([[path, message]]);
  });

  test('one number stands for rows and columns, and defaults are filled in', () => {
    expect(inferShape('conv2d', { out: 8, kernel: 3, stride: 2, padding: 1 }, [[1, 7, 9, 3]])).toEqual([1, 4, 5, 8]);
    expect(inferShape('max_pool2d', { kernel: [2, 3] }, [[1, 6, 9, 3]])).toEqual([1, 3, 3, 3]);
    expect(
      inferShape('attention', { heads: 2, keyDim: 4 }, [
        [1, 9, 8],
        [1, 4, 8],
        [1, 2, 2, 8],
      ]),
    ).toEqual([1, 9, 8]);
  });
});

test('every op is listed under its own name and explains itself in one sentence', () => {
  for (const [name, op] of Object.entries(ops)) {
    expect(op.name).toBe(name);
    expect(op.doc).toMatch(/^\S.*\.$/s);
  }
});
