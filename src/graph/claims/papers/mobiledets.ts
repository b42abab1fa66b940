// MobileDets: detectors found for each accelerator, more accurate at the latency of others.
import { abstractOf, labelled, onArxiv, paperOf, type Paper } from '../claim.ts';

const arxiv = '2004.14525';
const why =
  'The nets were found by a model of one accelerator each; here one GPU or CPU runs them all, and full convolutions pay where arithmetic is cheap beside launches and bytes.';
const v2 = { title: 'SSDLite on MobileNetV2, 320 px', net: 'ssdlite_mobilenetv2@320' };
const config = {
  where: 'TensorFlow Object Detection API, model zoo',
  url: 'https://github.com/tensorflow/models/blob/master/research/object_detection/g3doc/tf1_detection_zoo.md',
  basis: 'read',
} as const;

export const mobiledets: Paper = {
  id: 'mobiledets',
  title: 'MobileDets: Searching for Object Detection Architectures for Mobile Accelerators',
  ...onArxiv(arxiv),
  claims: [
    {
      id: 'cpu',
      says: 'On a CPU it is 1.7 mAP above MobileNetV3 at comparable latency.',
      figure: 'time alike',
      device: 'Pixel 1 CPU',
      source: abstractOf(arxiv),
      test: {
        kind: 'pair',
        a: { title: 'SSDLite on MobileNetV3-Large', net: 'ssdlite320_mobilenetv3_large' },
        b: { title: 'MobileDet-CPU', net: 'mobiledet_cpu_ssdlite' },
        says: 'alike',
        ratio: 1,
      },
      why,
    },
    ...(
      [
        ['edgetpu', 'EdgeTPU', '3.7', 'Pixel 4 EdgeTPU'],
        ['dsp', 'DSP', '3.4', 'Pixel 4 DSP'],
        ['gpu', 'GPU', '2.7', 'Jetson Xavier'],
      ] as const
    ).map(([id, title, points, device]) => ({
      id,
      says: `MobileDet-${title} is ${points} mAP above MobileNetV2 without more latency.`,
      figure: 'time alike or less',
      device,
      source: abstractOf(arxiv),
      test: {
        kind: 'pair',
        a: v2,
        b: { title: `MobileDet-${title}`, net: `mobiledet_${id}_ssdlite` },
        says: 'alike',
        ratio: 1,
      } as const,
      why,
    })),
    ...(
      [
        ['cpu', 'CPU', 0.45],
        ['edgetpu', 'EdgeTPU', 1.53],
        ['dsp', 'DSP', 2.82],
        ['gpu', 'GPU', 5.07],
      ] as const
    ).map(([id, title, billions]) => ({
      id: `work-${id}`,
      says: `MobileDet-${title} with SSDLite takes ${billions} billion MACs.`,
      figure: `${billions} G MACs`,
      source: paperOf(arxiv, 'Tables', 'read'),
      test: {
        kind: 'count',
        of: 'macs',
        b: { title: `MobileDet-${title}`, net: `mobiledet_${id}_ssdlite` },
        printed: billions * 1e9,
      } as const,
      ...(id === 'cpu' && {
        why: 'Printed with two digits; it is 0.444 here, with the 91 outputs of the published detector.',
      }),
    })),
    {
      id: 'map',
      says: 'mAP on COCO is 24.1, 26.0, 28.9 and 28.7.',
      figure: '24.1 / 26.0 / 28.9 / 28.7 mAP',
      source: config,
      test: { kind: 'none', why: labelled },
    },
  ],
};
