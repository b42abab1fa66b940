// MobileNetV2: size, work and milliseconds on a phone, linear bottlenecks, SSDLite.
import { labelled, onArxiv, otherCode, paperOf, type Paper } from '../claim.ts';

const arxiv = '1801.04381';
const net = { title: 'MobileNetV2', net: 'mobilenetv2_100' };

export const mobilenetv2: Paper = {
  id: 'mobilenetv2',
  title: 'MobileNetV2: Inverted Residuals and Linear Bottlenecks',
  ...onArxiv(arxiv),
  claims: [
    {
      id: 'against-v1',
      says: 'MobileNetV2 takes 75 ms where MobileNetV1 takes 113 ms.',
      figure: '0.66 of the time',
      device: 'Pixel 1, one large core, TF-Lite',
      source: paperOf(arxiv, 'Table 4'),
      test: {
        kind: 'pair',
        a: { title: 'MobileNetV1', net: 'mobilenetv1_100' },
        b: net,
        says: 'faster',
        ratio: 75 / 113,
      },
      why: 'A single phone core is bound by arithmetic, of which V2 has half; a GPU waits for launches, of which V2 has more.',
    },
    {
      id: 'wide',
      says: 'At width 1.4 it takes 143 ms for 75 ms.',
      figure: '1.9 times the time',
      device: 'Pixel 1, one large core, TF-Lite',
      source: paperOf(arxiv, 'Table 4'),
      test: {
        kind: 'pair',
        a: net,
        b: { title: 'MobileNetV2 1.4', net: 'mobilenetv2_140' },
        says: 'slower',
        ratio: 143 / 75,
      },
      why: otherCode,
    },
    {
      id: 'ssdlite',
      says: 'The SSDLite detector has 4.3 million parameters.',
      figure: '4.3 M parameters',
      source: paperOf(arxiv, 'Tables', 'read'),
      test: {
        kind: 'count',
        of: 'params',
        b: { title: 'SSDLite on MobileNetV2', net: 'ssdlite_mobilenetv2' },
        printed: 4.3e6,
      },
    },
    {
      id: 'ssdlite-work',
      says: 'The SSDLite detector takes 0.8 billion MACs.',
      figure: '0.8 G MACs',
      source: paperOf(arxiv, 'Tables', 'read'),
      test: {
        kind: 'count',
        of: 'macs',
        b: { title: 'SSDLite on MobileNetV2', net: 'ssdlite_mobilenetv2' },
        printed: 0.8e9,
        digits: 1,
      },
    },
    {
      id: 'deeplab',
      says: 'Without the pyramid the segmenter takes 2.75 billion MACs.',
      figure: '2.75 G MACs',
      source: paperOf(arxiv, 'Tables', 'read'),
      test: {
        kind: 'count',
        of: 'macs',
        b: { title: 'DeepLabv3 on MobileNetV2', net: 'deeplabv3_mobilenetv2' },
        printed: 2.75e9,
      },
    },
    {
      id: 'top1',
      says: 'Top-1 on ImageNet is 72.0 %, at width 1.4 74.7 %; SSDLite finds 22.1 mAP, DeepLabv3 75.32 mIoU.',
      figure: '72.0 / 74.7 %, 22.1 mAP, 75.32 mIoU',
      source: paperOf(arxiv, 'Tables', 'read'),
      test: { kind: 'none', why: labelled },
    },
  ],
};
