// MobileNetV1: depthwise separable against full convolutions, and the two multipliers.
import { labelled, onArxiv, otherCode, paperOf, type Paper } from '../claim.ts';

const arxiv = '1704.04861';
const slim = {
  where: 'TensorFlow slim, mobilenet_v1.md',
  url: 'https://github.com/tensorflow/models/blob/master/research/slim/nets/mobilenet_v1.md',
  basis: 'read',
} as const;
const net = { title: 'MobileNetV1', net: 'mobilenetv1_100' };

export const mobilenetv1: Paper = {
  id: 'mobilenetv1',
  title: 'MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications',
  ...onArxiv(arxiv),
  claims: [
    {
      id: 'separable-macs',
      says: 'With full 3×3 convolutions the same net takes 4,866 million MACs for 569.',
      figure: '8.55 times the MACs',
      source: paperOf(arxiv, 'Table 4'),
      test: {
        kind: 'count',
        of: 'macs',
        a: net,
        b: {
          title: 'with full convolutions',
          net: 'mobilenetv1_100',
          swaps: ['block=conv'],
        },
        printed: 8.55,
      },
    },
    {
      id: 'separable-time',
      says: 'Depthwise separable convolutions are the cheaper ones.',
      figure: 'faster; no time printed',
      source: paperOf(arxiv, 'Table 4'),
      test: {
        kind: 'pair',
        a: { title: 'with full convolutions', net: 'mobilenetv1_100', swaps: ['block=conv'] },
        b: net,
        says: 'faster',
      },
      why: otherCode,
    },
    {
      id: 'width',
      says: 'Width 0.5 has 150 million MACs.',
      figure: '150 M MACs',
      source: slim,
      test: { kind: 'count', of: 'macs', b: { title: 'MobileNetV1 0.5', net: 'mobilenetv1_050' }, printed: 150e6 },
    },
    {
      id: 'resolution',
      says: 'Pictures of 128 px take 186 million MACs for 569 at 224 px.',
      figure: '0.327 of the MACs',
      source: paperOf(arxiv, 'Table 7'),
      test: {
        kind: 'count',
        of: 'macs',
        a: net,
        b: { title: 'at 128 px', net: 'mobilenetv1_100@128' },
        printed: 0.327,
      },
    },
    {
      id: 'top1',
      says: 'Top-1 on ImageNet is 70.9, 68.4, 63.3 and 49.8 % at width 1, 0.75, 0.5 and 0.25.',
      figure: '70.9 / 68.4 / 63.3 / 49.8 %',
      source: slim,
      test: { kind: 'none', why: labelled },
    },
  ],
};
