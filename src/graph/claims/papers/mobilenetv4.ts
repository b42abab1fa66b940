// MobileNetV4: Mobile MQA against multi-head attention, keys and values on a smaller map, V4 against V3 at equal accuracy.
import { abstractOf, labelled, onArxiv, otherCode, paperOf, training, type Paper } from '../claim.ts';

const arxiv = '2404.10518';
/** Eight attentions with the channels and heads of Hybrid-M’s last stage and nothing else, so that convolutions do not dilute what is claimed. */
const attention = (line: string): string =>
  ['family mobilenetv4', 'input 256x16x16', 'act relu', '', line, ''].join('\n');
const mqa = { title: 'eight Mobile MQA, 256 channels on 16×16', text: attention('mqa x8 k3 c256 h4 d64 ls') };
const mha = { title: 'eight multi-head attentions', text: attention('mha x8 c256 h4 ls') };

export const mobilenetv4: Paper = {
  id: 'mobilenetv4',
  title: 'MobileNetV4: Universal Models for the Mobile Ecosystem',
  ...onArxiv(arxiv),
  claims: [
    {
      id: 'mqa',
      says: 'Mobile MQA takes 39 % less time than multi-head attention.',
      figure: '0.61 of the time',
      device: 'Pixel 8, EdgeTPU',
      source: abstractOf(arxiv),
      test: { kind: 'pair', a: mha, b: mqa, says: 'faster', ratio: 0.61 },
      why: 'The EdgeTPU waits for memory, of which shared keys and values move less; here the attentions alone are timed, at batch 1.',
    },
    {
      id: 'mqa-weights',
      says: 'It has 25.5 % fewer parameters.',
      figure: '25.5 % fewer',
      source: paperOf(arxiv, 'Tables', 'read'),
      test: { kind: 'count', of: 'params', a: mha, b: mqa, printed: 0.745 },
      why: 'With four heads of 64 the four projections have 37.5 % fewer weights (163,840 for 262,144 at 256 channels); the paper does not say over which parts it counts.',
    },
    {
      id: 'kv-stride',
      says: 'Keys and values on a map of half the side make attention faster.',
      figure: 'faster; 23 %',
      device: 'Pixel 8, EdgeTPU',
      source: paperOf(arxiv, 'Table 2'),
      test: {
        kind: 'pair',
        a: mqa,
        b: { title: 'eight Mobile MQA, k/v stride 2', text: attention('mqa x8 k3 c256 h4 d64 v2 ls') },
        says: 'faster',
      },
      why: 'Two strided depthwise layers are added to save on products that are small at 256 tokens; launches may cost more than they save.',
    },
    {
      id: 'against-v3',
      says: 'Conv-S (73.8 %) is at the accuracy of V3-Large 0.75 (73.3 %) and on the Pareto front of every device.',
      figure: 'faster; no single number',
      device: 'Pixel phones, EdgeTPU, Samsung and Apple',
      source: abstractOf(arxiv),
      test: {
        kind: 'pair',
        a: { title: 'MobileNetV3-Large 0.75', net: 'mobilenetv3_large_075' },
        b: { title: 'MobileNetV4-Conv-S', net: 'mobilenetv4_conv_small' },
        says: 'faster',
      },
      why: 'V4 has no gates and plain ReLU, hence fewer and simpler launches; that is what makes it universal.',
    },
    {
      id: 'small-work',
      says: 'Conv-S has 3.8 million parameters.',
      figure: '3.8 M parameters',
      source: paperOf(arxiv, 'Tables', 'read'),
      test: { kind: 'count', of: 'params', b: { title: 'Conv-S', net: 'mobilenetv4_conv_small' }, printed: 3.8e6 },
    },
    {
      id: 'medium-work',
      says: 'Conv-M has 9.2 million parameters.',
      figure: '9.2 M parameters',
      source: paperOf(arxiv, 'Tables', 'read'),
      test: { kind: 'count', of: 'params', b: { title: 'Conv-M', net: 'mobilenetv4_conv_medium' }, printed: 9.2e6 },
      why: 'The authors’ published code builds a larger net than the paper’s table; timm and this page follow the code.',
    },
    {
      id: 'hybrid',
      says: 'Hybrid-M is slower than Conv-M and 0.8 points more accurate.',
      figure: 'slower',
      source: paperOf(arxiv, 'Table 5'),
      test: {
        kind: 'pair',
        a: { title: 'Conv-M', net: 'mobilenetv4_conv_medium' },
        b: { title: 'Hybrid-M', net: 'mobilenetv4_hybrid_medium' },
        says: 'slower',
      },
      why: otherCode,
    },
    {
      id: 'top1',
      says: 'Hybrid-L reaches 83.4 %, and 87 % with JFT and distillation at 3.8 ms on a Pixel 8’s EdgeTPU.',
      figure: '83.4 / 87 %',
      device: 'Pixel 8, EdgeTPU',
      source: abstractOf(arxiv),
      test: { kind: 'none', why: `${labelled} ${training}` },
    },
  ],
};
