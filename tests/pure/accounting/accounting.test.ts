// Every number of the cost table against a count by hand.
import { expect, test } from 'vitest';
import { accounting } from '../../../src/graph/cost/cost.ts';
import { GraphBuilder } from '../../../src/graph/ir/builder.ts';
import { smallNet } from './small-net.ts';

test('parameters, MACs and activations of a small net', () => {
  const { total } = accounting(smallNet());
  expect(total.params).toBe(3 * 8 * 9 + 16 + 8 * 25 + 16 + (64 + 8) + (80 + 10));
  expect(total.macs).toEqual({
    conv: 64 * 8 * 27 + 64 * 8 * 25 + 64,
    linear: 80,
    attention: 0,
    total: 64 * 8 * 27 + 64 * 8 * 25 + 64 + 80,
  });
  expect(total.convOutputs).toBe(512 + 512 + 8);
  expect(total.activations).toBe(512 + 512 + 8 + 10);
  // Running statistics are stored although they do not count as parameters.
  expect(total.weightBytes).toBe((total.params + 32) * 4);
});

test('bytes: each input, output and weight of a node once, at the given precision', () => {
  const f32 = accounting(smallNet());
  const bytes = new Map(f32.nodes.map((node) => [node.id, node.bytes]));
  expect(bytes.get('conv_stem')).toBe((16 * 16 * 3 + 512 + 216) * 4);
  expect(bytes.get('bn1')).toBe((512 + 512 + 32) * 4);
  expect(bytes.get('se')).toBe((512 + 8 + 512) * 4);
  expect(bytes.get('flatten')).toBe(0);
  expect(bytes.get('input')).toBe(0);
  expect(f32.total.bytes).toBe([...bytes.values()].reduce((sum, value) => sum + value));
  expect(accounting(smallNet(), 2).total.bytes).toBe(f32.total.bytes / 2);
});

test('a node that reads one value twice moves it once', () => {
  const builder = new GraphBuilder('twice');
  builder.input([1, 4, 4, 2]);
  builder.add('double', 'add', {}, ['input', 'input']);
  expect(accounting(builder.graph()).nodes[1]?.bytes).toBe(2 * 32 * 4);
});

test('peak memory: the residual stays alive until it is added', () => {
  const { nodes, total } = accounting(smallNet());
  const live = new Map(nodes.map((node) => [node.id, node.liveBytes / 4]));
  expect(live.get('conv_stem')).toBe(768 + 512);
  // act1 waits for the sum; bn2 waits for its gate.
  expect(live.get('dw')).toBe(512 + 512);
  expect(live.get('bn2')).toBe(3 * 512);
  expect(live.get('se')).toBe(512 + 512 + 8 + 512);
  expect(live.get('classifier')).toBe(8 + 10);
  expect(total.peakAt).toBe('se');
  expect(total.peakLiveBytes).toBe(1544 * 4);
});

test('receptive field and stride: windows widen it, gates do not, global pooling sees the picture', () => {
  const { nodes, total } = accounting(smallNet());
  const view = (id: string) => nodes.find((node) => node.id === id)?.view;
  expect(view('conv_stem')).toEqual({ field: [3, 3], stride: [2, 2], whole: false });
  expect(view('dw')).toEqual({ field: [11, 11], stride: [2, 2], whole: false });
  expect(view('add')).toEqual({ field: [11, 11], stride: [2, 2], whole: false });
  expect(view('classifier')).toEqual({ field: [16, 16], stride: [16, 16], whole: true });
  expect(total.view).toEqual({ field: [11, 11], stride: [2, 2], whole: false });
  expect(total.viewAt).toBe('add');
});

test('dilated, pooled, mixed and resized maps', () => {
  const builder = new GraphBuilder('windows');
  builder.input([1, 64, 64, 4]);
  builder.add('dilated', 'conv2d', { out: 4, kernel: [3, 1], dilation: [2, 2], padding: [2, 2, 0, 0] });
  builder.add('pooled', 'avg_pool2d', { kernel: 2 });
  builder.add('blurred', 'blur_pool', { size: 3, stride: 2 });
  builder.add('mixed', 'mixed_conv2d', { kernels: [3, 7], inSplits: [2, 2], outSplits: [2, 2] });
  builder.add('resized', 'resize', { scale: 2 });
  const views = accounting(builder.graph()).nodes.map(({ view }) => [...view.field, ...view.stride]);
  expect(views).toEqual([
    [1, 1, 1, 1],
    [5, 1, 1, 1],
    [6, 2, 2, 2],
    [10, 6, 4, 4],
    [34, 30, 4, 4],
    [34, 30, 2, 2],
  ]);
});

test('attention: both products count, scores are activations, talking heads are convolutions', () => {
  const builder = new GraphBuilder('attention');
  builder.input([1, 4, 4, 12]);
  builder.add('qkv', 'linear', { out: 36 });
  const packed = { qOffset: 0, qHeadStride: 4, kOffset: 12, kHeadStride: 4, vOffset: 24, vHeadStride: 4 };
  builder.add('attn', 'attention', { heads: 3, keyDim: 4, packed, talkingHeads: true });
  const { nodes, total } = accounting(builder.graph());
  const scores = 3 * 16 * 16;
  expect(total.macs).toEqual({
    conv: 2 * scores * 3,
    linear: 16 * 12 * 36,
    attention: scores * 8,
    total: 16 * 12 * 36 + scores * 14,
  });
  expect(total.convOutputs).toBe(2 * scores);
  expect(total.activations).toBe(16 * 36 + 2 * scores + scores + 16 * 12);
  expect(nodes[2]?.view).toEqual({ field: [4, 4], stride: [1, 1], whole: true });
});
