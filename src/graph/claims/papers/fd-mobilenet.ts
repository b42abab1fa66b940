// FD-MobileNet: fast downsampling against MobileNetV1 at equal work.
import { abstractOf, labelled, onArxiv, paperOf, type Paper } from '../claim.ts';

const arxiv = '1802.03750';
const tiny = { title: 'FD-MobileNet 0.25', net: 'fd_mobilenet_0.25x' };

export const fdMobilenet: Paper = {
  id: 'fd-mobilenet',
  title: 'FD-MobileNet: Improved MobileNet with a Fast Downsampling Strategy',
  ...onArxiv(arxiv),
  claims: [
    {
      id: 'against-v1',
      says: 'At about 150 million MACs it is 1.11 times as fast as MobileNet.',
      figure: '0.90 of the time',
      device: 'ARM, one core',
      source: abstractOf(arxiv),
      test: {
        kind: 'pair',
        a: { title: 'MobileNetV1 0.5, 149 M MACs', net: 'mobilenetv1_050' },
        b: { title: 'FD-MobileNet 1.0, 145 M MACs', net: 'fd_mobilenet_1x' },
        says: 'faster',
        ratio: 1 / 1.11,
      },
      why: 'Small maps early mean fewer bytes and fewer workgroups; a device that fills up with the large maps gains, one that waits for weights may lose.',
    },
    {
      id: 'against-shufflenet',
      says: 'It is 1.82 times as fast as ShuffleNet.',
      figure: '0.55 of the time',
      device: 'ARM, one core',
      source: abstractOf(arxiv),
      test: {
        kind: 'none',
        why: 'ShuffleNet’s channel shuffle and grouped 1×1 are no blocks of this family; open a model file of it and compare it by Race.',
      },
    },
    ...(
      [
        ['fd_mobilenet_1x', 'width 1', 144e6],
        ['fd_mobilenet_0.5x', 'width 0.5', 40e6],
        ['fd_mobilenet_0.25x', 'width 0.25', 12e6],
      ] as const
    ).map(([net, title, printed]) => ({
      id: `work-${title.slice(6)}`,
      says: `At ${title} it takes ${printed / 1e6} million MACs.`,
      figure: `${printed / 1e6} M MACs`,
      source: paperOf(arxiv, 'Tables', 'read'),
      test: { kind: 'count', of: 'macs', b: { title: `FD-MobileNet, ${title}`, net }, printed } as const,
    })),
    {
      id: 'top1',
      says: 'Top-1 is 65.3, 56.3 and 45.1 %, at 12 million MACs 5.5 points above MobileNet.',
      figure: '65.3 / 56.3 / 45.1 %',
      source: abstractOf(arxiv),
      test: { kind: 'none', why: labelled },
    },
    {
      id: 'tiny',
      says: 'At 12 million MACs it is no slower than MobileNet 0.25, which has 41.',
      figure: 'faster; no time printed',
      source: paperOf(arxiv, 'Table 3'),
      test: { kind: 'pair', a: { title: 'MobileNetV1 0.25', net: 'mobilenetv1_025' }, b: tiny, says: 'faster' },
    },
  ],
};
