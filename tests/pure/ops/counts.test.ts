// Parameters and multiply-accumulates that the literature and the reference implementations fix.
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { elements, macsByKind, type Shape } from '../../../src/gpu-kernels/op.ts';
import { opNamed } from './run-op.ts';

const kinds = (name: string, attrs: unknown, inputs: readonly Shape[]) => {
  const op = opNamed(name);
  const parsed = v.parse(op.attrs, attrs);
  const split = macsByKind(op, inputs, parsed);
  expect(Object.values(split).reduce((a, b) => a + b, 0)).toBe(op.macs(inputs, parsed));
  return split;
};

const counted = (name: string, attrs: unknown, inputs: readonly Shape[]) => {
  const op = opNamed(name);
  const specs = Object.values(op.params?.(inputs, v.parse(op.attrs, attrs)) ?? {});
  return specs.filter((spec) => spec.trainable).reduce((sum, spec) => sum + elements(spec.shape), 0);
};

test('MixConv: 120 channels with kernels 3, 5, 7, 9 have 4,920 weights, a plain 9×9 has 9,720', () => {
  const splits = [30, 30, 30, 30];
  const attrs = { kernels: [3, 5, 7, 9], inSplits: splits, outSplits: splits };
  expect(counted('mixed_conv2d', attrs, [[1, 14, 14, 120]])).toBe(4920);
  expect(counted('conv2d', { out: 120, kernel: 9, groups: 120 }, [[1, 14, 14, 120]])).toBe(9720);
  expect(kinds('mixed_conv2d', attrs, [[1, 14, 14, 120]])).toEqual({ conv: 4920 * 14 * 14 });
});

test('MixConv output equals separate depthwise convolutions, whatever the uneven split', () => {
  const attrs = { kernels: [3, 5], inSplits: [3, 2], outSplits: [3, 2], stride: 2 };
  expect(opNamed('mixed_conv2d').shape([[1, 7, 8, 5]], v.parse(opNamed('mixed_conv2d').attrs, attrs))).toEqual([
    1, 4, 4, 5,
  ]);
});

test('EfficientFormerV2-S0 at 224: attention adds 18.44M to convolutions that include the talking heads', () => {
  const grid = { kind: 'relative', qSize: [7, 7], kSize: [7, 7] };
  const talking = kinds('attention', { heads: 8, keyDim: 32, valueDim: 128, talkingHeads: true, bias: grid }, [
    [1, 7, 7, 256],
    [1, 7, 7, 256],
    [1, 7, 7, 1024],
  ]);
  const down = kinds(
    'attention',
    { heads: 8, keyDim: 16, valueDim: 64, bias: { kind: 'relative', qSize: [7, 7], kSize: [14, 14], stride: [2, 2] } },
    [
      [1, 7, 7, 128],
      [1, 14, 14, 128],
      [1, 14, 14, 512],
    ],
  );
  // Four attention blocks and one attention downsampling; counted total 395.893M = 377.100864M conv + 0.352M linear + this.
  expect(4 * (talking.attention as number) + (down.attention as number)).toBe(4 * 3073280 + 6146560);
  expect(377.100864 + 0.352 + (4 * 3073280 + 6146560) / 1e6).toBeCloseTo(395.893, 3);
  expect(talking.conv).toBe(2 * 8 * 8 * 49 * 49);
});

test('MobileNetV4-Hybrid-M at 256: eight multi-query attentions are 41.94M', () => {
  const fine = { heads: 4, kvHeads: 1, keyDim: 64 };
  const half = kinds('attention', fine, [
    [1, 16, 16, 256],
    [1, 8, 8, 64],
    [1, 8, 8, 64],
  ]);
  const full = kinds('attention', fine, [
    [1, 8, 8, 256],
    [1, 8, 8, 64],
    [1, 8, 8, 64],
  ]);
  // Counted total 1271.183M = 1227.96032M conv + 1.28M linear + this.
  expect(1227.96032 + 1.28 + (4 * (half.attention as number) + 4 * (full.attention as number)) / 1e6).toBeCloseTo(
    1271.183,
    3,
  );
});

test('T2T-ViT-7 at 224: attention makes up the difference between 1146.864M and the linear layers', () => {
  const performer = (tokens: number) =>
    kinds('performer_attention', { dim: 64, features: 32 }, [[1, tokens, 192]]).attention as number;
  const packed = { qOffset: 0, qHeadStride: 64, kOffset: 256, kHeadStride: 64, vOffset: 512, vHeadStride: 64 };
  const block = kinds('attention', { heads: 4, keyDim: 64, packed }, [[1, 197, 768]]).attention as number;
  expect((975534080 + performer(3136) + performer(784) + 7 * block) / 1e6).toBeCloseTo(1146.864, 3);
});

test('tables that T2T-ViT freezes are counted, running statistics are not', () => {
  expect(counted('position_embedding', { tokens: 197, trainable: false }, [[1, 197, 256]])).toBe(197 * 256);
  expect(counted('performer_attention', { dim: 64, features: 32 }, [[1, 784, 192]])).toBe(2048);
  expect(counted('batch_norm', {}, [[1, 7, 7, 96]])).toBe(192);
  expect(counted('evonorm_b0', {}, [[1, 7, 7, 96]])).toBe(288);
  expect(counted('evonorm_b0', { apply: false }, [[1, 7, 7, 96]])).toBe(192);
});

test('EfficientFormer: 8 heads with a 7×7 table', () => {
  const packed = { qOffset: 0, qHeadStride: 192, kOffset: 32, kHeadStride: 192, vOffset: 64, vHeadStride: 192 };
  const attrs = {
    heads: 8,
    keyDim: 32,
    valueDim: 128,
    packed,
    bias: { kind: 'relative', qSize: [7, 7], kSize: [7, 7] },
  };
  expect(counted('attention', attrs, [[1, 49, 1536]])).toBe(8 * 49);
  expect(kinds('attention', attrs, [[1, 49, 1536]])).toEqual({ attention: 3073280, conv: 0 });
});
