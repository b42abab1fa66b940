// EfficientFormer, both versions: transformers at a MobileNet’s speed.
import { abstractOf, labelled, onArxiv, otherCode, type Paper } from '../claim.ts';

const iphone = 'iPhone 12, Core ML';
const v1 = '2206.01191';
const v2 = '2212.08059';
const l1 = { title: 'EfficientFormer-L1', net: 'efficientformer_l1' };

export const efficientformer: Paper = {
  id: 'efficientformer',
  title: 'EfficientFormer: Vision Transformers at MobileNet Speed',
  ...onArxiv(v1),
  claims: [
    {
      id: 'mobilenet-speed',
      says: 'L1 (79.2 %) takes 1.6 ms, as long as MobileNetV2 1.4 (74.7 %).',
      figure: 'time alike',
      device: iphone,
      source: abstractOf(v1),
      test: {
        kind: 'pair',
        a: { title: 'MobileNetV2 1.4', net: 'mobilenetv2_140' },
        b: l1,
        says: 'alike',
        ratio: 1,
      },
      why: 'The Neural Engine runs plain 1×1 convolutions almost for nothing; L1 has 1.29 G MACs for 0.58, which a device bound by arithmetic feels.',
    },
    {
      id: 'l3',
      says: 'L3 takes 3.0 ms for L1’s 1.6.',
      figure: '1.9 times the time',
      device: iphone,
      source: abstractOf(v1),
      test: { kind: 'pair', a: l1, b: { title: 'L3', net: 'efficientformer_l3' }, says: 'slower', ratio: 3 / 1.6 },
      why: otherCode,
    },
    {
      id: 'l7-work',
      says: 'L7 has 82.2 million parameters.',
      figure: '82.2 M parameters',
      source: {
        where: 'Authors’ README',
        url: 'https://github.com/snap-research/EfficientFormer',
        basis: 'read',
      },
      test: { kind: 'count', of: 'params', b: { title: 'L7', net: 'efficientformer_l7' }, printed: 82.2e6 },
    },
    {
      id: 'top1',
      says: 'Top-1 is 79.2, 82.4 and 83.3 %.',
      figure: '79.2 / 82.4 / 83.3 %',
      source: abstractOf(v1),
      test: { kind: 'none', why: labelled },
    },
  ],
};

export const efficientformerv2: Paper = {
  id: 'efficientformerv2',
  title: 'Rethinking Vision Transformers for MobileNet Size and Speed',
  ...onArxiv(v2),
  claims: [
    {
      id: 'mobilenet-speed',
      says: 'S0 is 3.5 points above MobileNetV2 at similar latency and parameters.',
      figure: 'time alike',
      device: iphone,
      source: abstractOf(v2),
      test: {
        kind: 'pair',
        a: { title: 'MobileNetV2', net: 'mobilenetv2_100' },
        b: { title: 'EfficientFormerV2-S0', net: 'efficientformerv2_s0' },
        says: 'alike',
        ratio: 1,
      },
      why: 'Attention with its relative positions and talking heads is many small launches, which Core ML joins and a GPU at batch 1 waits for.',
    },
    ...(
      [
        ['s1', 'S1', 1.1 / 0.9],
        ['s2', 'S2', 1.6 / 0.9],
      ] as const
    ).map(([id, title, ratio]) => ({
      id,
      says: `${title} takes ${id === 's1' ? '1.1' : '1.6'} ms for S0’s 0.9.`,
      figure: `${ratio.toFixed(2)} times the time`,
      device: iphone,
      source: abstractOf(v2),
      test: {
        kind: 'pair',
        a: { title: 'S0', net: 'efficientformerv2_s0' },
        b: { title, net: `efficientformerv2_${id}` },
        says: 'slower',
        ratio,
      } as const,
      why: otherCode,
    })),
    {
      id: 'work',
      says: 'S0 has 3.5 million parameters.',
      figure: '3.5 M parameters',
      source: {
        where: 'Authors’ README',
        url: 'https://github.com/snap-research/EfficientFormer',
        basis: 'read',
      },
      test: { kind: 'count', of: 'params', b: { title: 'S0', net: 'efficientformerv2_s0' }, printed: 3.5e6 },
      why: 'Counted here with all trainable parameters, those of both heads too; the paper does not say what it counts.',
    },
    {
      id: 'top1',
      says: 'Top-1 is 75.7, 79.0, 81.6 and 83.3 %.',
      figure: '75.7 / 79.0 / 81.6 / 83.3 %',
      source: abstractOf(v2),
      test: { kind: 'none', why: labelled },
    },
  ],
};
