// EvoNorm: layers of norm and activation in one; what they cost where a batch norm folds away.
import { onArxiv, paperOf, training, type Paper } from '../claim.ts';

const arxiv = '2004.02967';
const bn = { title: 'MobileNetV2, batch norm', net: 'mobilenetv2_100' };
const why =
  'The paper gives no latency. A trained batch norm is folded into its convolution and costs nothing; EvoNorm reads the picture’s own moments.';

export const evonorm: Paper = {
  id: 'evonorm',
  title: 'Evolving Normalization-Activation Layers',
  ...onArxiv(arxiv),
  claims: [
    {
      id: 's0-params',
      says: 'EvoNorm-S0 adds a parameter a channel: 15,552 of MobileNetV2.',
      figure: '+15,552, 1.0044 times',
      source: { where: 'Counted from the formula', url: `https://arxiv.org/pdf/${arxiv}`, basis: 'counted' },
      test: {
        kind: 'count',
        of: 'params',
        a: bn,
        b: { title: 'EvoNorm-S0', net: 'mobilenetv2_100+evonorms0' },
        printed: 1.0044,
      },
    },
    ...(['b0', 's0'] as const).map((kind) => ({
      id: `${kind}-time`,
      says: `What EvoNorm-${kind.toUpperCase()} costs at inference is not said; the paper compares accuracy.`,
      figure: 'no time printed; slower is expected',
      source: paperOf(arxiv, '§5'),
      test: {
        kind: 'pair',
        a: bn,
        b: { title: `EvoNorm-${kind.toUpperCase()}`, net: `mobilenetv2_100+evonorm${kind}` },
        says: 'slower',
      } as const,
      why,
    })),
    {
      id: 'small-batch',
      says: 'At small batches S0 is 7.8 (ResNet-50) and 7.3 (MobileNetV2) points above batch norm.',
      figure: '+7.8 / +7.3',
      source: {
        where: 'Authors’ response in the review, NeurIPS 2020',
        url: `https://arxiv.org/abs/${arxiv}`,
        basis: 'read',
      },
      test: {
        kind: 'elsewhere',
        view: 'train',
        verb: 'study evonorm',
        why: `${training} The study compares norms at batches of 2, 8 and 32.`,
      },
    },
  ],
};
