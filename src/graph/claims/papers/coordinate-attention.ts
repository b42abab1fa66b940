// Coordinate attention in MobileNetV3, on leaves: size and speed of SE against CA.
import { abstractOf, labelled, onArxiv, type Paper } from '../claim.ts';

const arxiv = '2207.11238';
const attention = '2103.02907';
const sides = (size: 'large' | 'small', classes: string) => ({
  a: { title: `V3-${size} with squeeze-excite`, net: `mobilenetv3_${size}_100${classes}` },
  b: { title: `V3-${size} with coordinate attention`, net: `mobilenetv3_${size}_100_ca${classes}` },
});
const undecided =
  'The abstract says neither its reduction nor its number of classes; reduction 32 gives −22.20 % with 1,000 classes and −23.53 % (Small) with 38, and no setting gives all its figures.';

export const coordinateAttention: Paper = {
  id: 'coordinate-attention',
  title: 'Agricultural MobileNetV3 with coordinate attention',
  ...onArxiv(arxiv),
  also: [attention],
  claims: [
    {
      id: 'speed',
      says: 'With coordinate attention for squeeze-excite it is 7.5 % faster.',
      figure: '0.93 of the time',
      device: 'Jetson Nano',
      source: abstractOf(arxiv),
      test: { kind: 'pair', ...sides('large', '+classes=38'), says: 'faster', ratio: 1 / 1.075 },
      why: 'The parameters that it saves are read once; its two pools, join and two gates are more launches than squeeze-excite’s.',
    },
    {
      id: 'large-params',
      says: 'V3-Large has 22 % fewer parameters.',
      figure: '0.78 of the parameters',
      source: abstractOf(arxiv),
      test: { kind: 'count', of: 'params', ...sides('large', ''), printed: 0.78 },
      why: undecided,
    },
    {
      id: 'small-params',
      says: 'V3-Small has 23.4 % fewer parameters.',
      figure: '0.766 of the parameters',
      source: abstractOf(arxiv),
      test: { kind: 'count', of: 'params', ...sides('small', '+classes=38'), printed: 0.766 },
      why: undecided,
    },
    {
      id: 'mbv2',
      says: 'MobileNetV2 with coordinate attention has 3.95 million parameters.',
      figure: '3.95 M parameters',
      source: { where: 'Authors’ README', url: 'https://github.com/houqb/CoordAttention', basis: 'read' },
      test: { kind: 'count', of: 'params', b: { title: 'MobileNetV2 with CA', net: 'mbv2_ca' }, printed: 3.95e6 },
    },
    {
      id: 'mbv2-time',
      says: 'Coordinate attention costs MobileNetV2 next to nothing.',
      figure: 'nearly no overhead',
      source: abstractOf(attention),
      test: {
        kind: 'pair',
        a: { title: 'MobileNetV2', net: 'mobilenetv2_100' },
        b: { title: 'MobileNetV2 with CA', net: 'mbv2_ca' },
        says: 'alike',
        ratio: 1,
      },
      why: 'It is counted in MACs, of which it adds 2 %; seventeen gates are launches and passes over the map.',
    },
    {
      id: 'top1',
      says: 'On plant diseases it is 0.92 (Large) and 0.40 points (Small) more accurate.',
      figure: '+0.92 / +0.40',
      source: abstractOf(arxiv),
      test: { kind: 'none', why: labelled },
    },
  ],
};
