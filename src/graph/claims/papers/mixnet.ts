// MixConv: large, small and mixed depthwise kernels.
import { abstractOf, labelled, onArxiv, otherCode, paperOf, type Paper } from '../claim.ts';

const arxiv = '1907.09595';
const on = (k: string, title: string) => ({ title, net: 'mobilenetv2_100', swaps: [`k=${k}`] });
const layer = (k: string): string => ['input 120x14x14', 'act relu', '', `ds k${k} c120`, ''].join('\n');

export const mixnet: Paper = {
  id: 'mixnet',
  title: 'MixConv: Mixed Depthwise Convolutional Kernels',
  ...onArxiv(arxiv),
  claims: [
    {
      id: 'large-kernels',
      says: 'Larger depthwise kernels take more time.',
      figure: 'slower; no time printed',
      source: paperOf(arxiv, 'Figure 1'),
      test: { kind: 'pair', a: on('3', 'MobileNetV2, 3×3'), b: on('9', '9×9'), says: 'slower' },
      why: otherCode,
    },
    {
      id: 'mixed',
      says: 'Mixed kernels 3, 5, 7 and 9 take less work than 9×9 everywhere.',
      figure: 'faster; no time printed',
      source: paperOf(arxiv, 'Figure 4'),
      test: {
        kind: 'pair',
        a: on('9', 'MobileNetV2, 9×9'),
        b: on('3.5.7.9', 'mixed 3.5.7.9'),
        says: 'faster',
      },
      why: 'Four kernels run where one ran: fewer MACs, more launches.',
    },
    {
      id: 'mixed-small',
      says: 'Mixed kernels 3, 5 and 7 cost more time than 3×3 everywhere.',
      figure: 'slower; no time printed',
      source: paperOf(arxiv, 'Figure 4'),
      test: { kind: 'pair', a: on('3', 'MobileNetV2, 3×3'), b: on('3.5.7', 'mixed 3.5.7'), says: 'slower' },
      why: otherCode,
    },
    {
      id: 'weights',
      says: 'A depthwise layer of 120 channels has 4,920 weights mixed and 9,720 with 9×9.',
      figure: '4,800 fewer of the layer’s weights',
      source: {
        where: 'Counted: 30·(9 + 25 + 49 + 81) and 120·81',
        url: `https://arxiv.org/pdf/${arxiv}`,
        basis: 'counted',
      },
      test: {
        kind: 'count',
        of: 'params',
        a: { title: 'separable layer, 9×9', text: layer('9') },
        b: { title: 'separable layer, mixed', text: layer('3.5.7.9') },
        printed: 0.805,
      },
      why: 'Counted with the layer’s 1×1 convolution and its norms: 19,800 for 24,600.',
    },
    {
      id: 'large',
      says: 'MixNet-L stays below 600 million MACs.',
      figure: '565 M MACs',
      source: paperOf(arxiv, 'Table 2'),
      test: { kind: 'count', of: 'macs', b: { title: 'MixNet-L', net: 'mixnet_l' }, printed: 565e6 },
      why: 'The paper’s own count holds more than convolutions and linear layers; here it is 555 million.',
    },
    {
      id: 'top1',
      says: 'MixNet-L reaches 78.9 %, 4.2 points above MobileNetV2.',
      figure: '78.9 %, +4.2',
      source: abstractOf(arxiv),
      test: { kind: 'none', why: labelled },
    },
  ],
};
