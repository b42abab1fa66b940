// Papers about systems: one net with many exits (ApproxNet), and results that others can run again (CodeReef).
import { abstractOf, onArxiv, paperOf, type Paper } from '../claim.ts';

const approx = '1909.02068';
const codereef = '2001.07935';

export const approxnet: Paper = {
  id: 'approxnet',
  title: 'ApproxNet: Content and Contention-Aware Video Analytics System for Embedded Clients',
  ...onArxiv(approx),
  claims: [
    {
      id: 'input',
      says: 'A smaller input is a faster branch of the same net.',
      figure: 'faster; no number read',
      device: 'Jetson TX2',
      source: abstractOf(approx),
      test: {
        kind: 'pair',
        a: { title: 'our reconstruction at 224 px', net: 'multiexit_mobilenetv2' },
        b: { title: 'the same at 112 px', net: 'multiexit_mobilenetv2@112' },
        says: 'faster',
      },
      why: 'The paper’s net is a ResNet-34; ours is MobileNetV2 with exits, labelled as our reconstruction.',
    },
    {
      id: 'contention',
      says: 'It keeps its latency target when other work loads the device.',
      figure: 'comparative only',
      device: 'Jetson TX2',
      source: abstractOf(approx),
      test: {
        kind: 'elsewhere',
        view: 'try',
        verb: 'run multiexit_mobilenetv2 --image FILE',
        why: 'Try, Live, shows it: a target, a load to inject, the branch of every frame and a log of switches.',
      },
    },
    {
      id: 'others',
      says: 'It is more accurate at equal latency than MCDNN, MSDNet and NestDNN.',
      figure: 'comparative only',
      source: paperOf(approx, 'Evaluation'),
      test: {
        kind: 'none',
        why: 'No figure could be read, and the others’ nets and the labelled videos are not published with it.',
      },
    },
  ],
};

export const codeReef: Paper = {
  id: 'codereef',
  title: 'CodeReef: an open platform for portable MLOps, reusable automation actions and reproducible benchmarking',
  ...onArxiv(codereef),
  claims: [
    {
      id: 'portable',
      says: 'A published solution runs again on other devices, and its results can be compared.',
      figure: 'no number',
      source: abstractOf(codereef),
      test: {
        kind: 'none',
        why: 'That is no figure. Here the verb card writes a result with net, device, settings and a hash of it all; a changed card is refused, and two compare.',
      },
    },
    {
      id: 'reference',
      says: 'Its reference is SSD-MobileNet at batch 1 on COCO’s 5,000 pictures (MLPerf Inference 0.5).',
      figure: 'batch 1, 5,000 pictures',
      device: 'any; TensorFlow on CPUs',
      source: paperOf(codereef, '§4', 'read'),
      test: {
        kind: 'pair',
        a: { title: 'SSD on MobileNetV2', net: 'ssd_mobilenetv2' },
        b: { title: 'SSDLite on MobileNetV2', net: 'ssdlite_mobilenetv2' },
        says: 'faster',
      },
      why: 'The paper gives no time for it. Measured is what a lighter head saves on the same pictures at batch 1.',
    },
  ],
};
