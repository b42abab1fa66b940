// MobileNetV3: faster than V2 at better accuracy, the price of h-swish and of squeeze-excite, the lighter heads.
import { abstractOf, labelled, onArxiv, otherCode, paperOf, type Paper } from '../claim.ts';

const arxiv = '1905.02244';
const abstract = abstractOf(arxiv);
const large = { title: 'MobileNetV3-Large', net: 'mobilenetv3_large_100' };
const v2 = { title: 'MobileNetV2', net: 'mobilenetv2_100' };

export const mobilenetv3: Paper = {
  id: 'mobilenetv3',
  title: 'Searching for MobileNetV3',
  ...onArxiv(arxiv),
  claims: [
    {
      id: 'against-v2',
      says: 'V3-Large is 3.2 points more accurate than MobileNetV2 and takes 15 % less time.',
      figure: '0.85 of the time',
      device: 'Pixel 1, one large core',
      source: abstract,
      test: { kind: 'pair', a: v2, b: large, says: 'faster', ratio: 0.85 },
      why: 'V3 has more layers and a gate in a third of its blocks: less arithmetic, more launches.',
    },
    {
      id: 'hswish',
      says: 'h-swish costs time beside ReLU.',
      figure: 'slower; a few per cent',
      device: 'Pixel 1, one large core',
      source: paperOf(arxiv, '§5.2'),
      test: {
        kind: 'pair',
        a: { title: 'MobileNetV3-Large with ReLU6', net: 'mobilenetv3_large_100', swaps: ['act=relu6'] },
        b: { title: 'with h-swish', net: 'mobilenetv3_large_100', swaps: ['act=hswish'] },
        says: 'slower',
      },
      why: 'Kernels apply the activation as they store, in registers, so that it moves no byte more.',
    },
    {
      id: 'squeeze',
      says: 'Squeeze-excite costs some time for its accuracy.',
      figure: 'slower; no time printed',
      source: paperOf(arxiv, '§5.3'),
      test: {
        kind: 'pair',
        a: { title: 'MobileNetV3-Large without squeeze-excite', net: 'mobilenetv3_large_100', swaps: ['se=0'] },
        b: large,
        says: 'slower',
      },
      why: otherCode,
    },
    {
      id: 'minimal',
      says: 'The minimalistic net, without h-swish, gates and 5×5 kernels, is the faster one.',
      figure: 'faster; 44.1 for 51.2 ms',
      device: 'Pixel 1, one large core',
      source: {
        where: 'TensorFlow slim, mobilenet README',
        url: 'https://github.com/tensorflow/models/blob/master/research/slim/nets/mobilenet/README.md',
        basis: 'recalled',
      },
      test: {
        kind: 'pair',
        a: large,
        b: { title: 'MobileNetV3-Large minimalistic', net: 'tf_mobilenetv3_large_minimal_100' },
        says: 'faster',
        ratio: 44.1 / 51.2,
      },
      why: otherCode,
    },
    {
      id: 'detection',
      says: 'As a detector’s backbone V3-Large is more than 25 % faster than V2.',
      figure: '0.75 of the time',
      device: 'Pixel 1, one large core',
      source: abstractOf(arxiv, 'recalled'),
      test: {
        kind: 'pair',
        a: { title: 'SSDLite on MobileNetV2, 320 px', net: 'ssdlite_mobilenetv2@320' },
        b: { title: 'SSDLite on MobileNetV3-Large, 320 px', net: 'ssdlite320_mobilenetv3_large' },
        says: 'faster',
        ratio: 0.75,
      },
      why: otherCode,
    },
    {
      id: 'top1',
      says: 'Top-1 on ImageNet is 75.2 % (Large) and 67.5 % (Small); LR-ASPP reaches 72.36 mIoU on Cityscapes.',
      figure: '75.2 / 67.5 %, 72.36 mIoU',
      source: abstract,
      test: { kind: 'none', why: labelled },
    },
  ],
};
