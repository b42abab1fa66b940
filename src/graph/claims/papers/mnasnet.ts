// MnasNet: latency in the search’s reward, against MobileNetV2 at equal accuracy.
import { abstractOf, labelled, onArxiv, otherCode, paperOf, type Paper } from '../claim.ts';

const arxiv = '1807.11626';
const a1 = { title: 'MnasNet-A1', net: 'semnasnet_100' };

export const mnasnet: Paper = {
  id: 'mnasnet',
  title: 'MnasNet: Platform-Aware Neural Architecture Search for Mobile',
  ...onArxiv(arxiv),
  claims: [
    {
      id: 'against-v2',
      says: 'MnasNet-A1 (75.2 %) takes 78 ms, 1.8 times as fast as MobileNetV2 1.4 (74.7 %).',
      figure: '0.55 of the time',
      device: 'Pixel 1, one large core, TF-Lite',
      source: abstractOf(arxiv),
      test: {
        kind: 'pair',
        a: { title: 'MobileNetV2 1.4', net: 'mobilenetv2_140' },
        b: a1,
        says: 'faster',
        ratio: 78 / 143,
      },
      why: otherCode,
    },
    {
      id: 'against-nasnet',
      says: 'It is 2.3 times as fast as NASNet.',
      figure: '0.43 of the time',
      device: 'Pixel 1, one large core, TF-Lite',
      source: abstractOf(arxiv),
      test: {
        kind: 'none',
        why: 'NASNet’s cells are no blocks of this family; a model file of it can be opened and compared by Race.',
      },
    },
    {
      id: 'squeeze',
      says: 'MnasNet-A1 with squeeze-excite is a little slower than B1 without.',
      figure: '1.01 times the time, 78 for 77 ms',
      device: 'Pixel 1, one large core, TF-Lite',
      source: paperOf(arxiv, 'Table 2'),
      test: {
        kind: 'pair',
        a: { title: 'MnasNet-B1', net: 'mnasnet_100' },
        b: a1,
        says: 'alike',
        ratio: 78 / 77,
      },
      why: 'A gate is two more launches and a wait for the whole map, which a phone’s core does not feel.',
    },
    {
      id: 'reward',
      says: 'The search maximises accuracy · (latency ÷ target)^w with w = −0.07.',
      figure: 'w = −0.07',
      source: paperOf(arxiv, '§3', 'read'),
      test: {
        kind: 'elsewhere',
        view: 'search',
        verb: 'search --space mnasnet',
        why: 'Search finds nets of this space by this device’s milliseconds; it gives no per cent of accuracy for nets that nobody trained.',
      },
    },
    {
      id: 'top1',
      says: 'Top-1 of A1 is 75.2 %; at widths 0.35 to 1.4: 64.1, 68.9, 73.3, 75.2 and 77.2 %.',
      figure: '75.2 %',
      source: abstractOf(arxiv),
      test: { kind: 'none', why: labelled },
    },
  ],
};
