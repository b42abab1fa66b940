// Tucker convolution: a dense k×k between two 1×1 that shrink its input and output, MobileDet's second dense block.
import { defineBlock } from './block.ts';
import { activationOf, common, convNormAct, numberOf, residual, strideOf } from './parts.ts';

export const tucker = defineBlock({
  word: 'tucker',
  doc: '1×1 to a fraction of the input channels, dense k×k to a fraction of the output channels, 1×1 linear; skip when shapes agree.',
  source: 'MobileDets, arXiv 2004.14525 §3.2 (generalized bottleneck)',
  place: 'stage',
  args: [
    common.kernel,
    common.stride,
    common.channels,
    {
      key: 'i',
      label: 'input rank ratio',
      kind: 'number',
      default: 0.25,
      min: 0.01,
      max: 8,
      doc: 'Channels after the first 1×1 as a fraction of the input channels.',
    },
    {
      key: 'o',
      label: 'output rank ratio',
      kind: 'number',
      default: 0.75,
      min: 0.01,
      max: 8,
      doc: 'Channels after the k×k as a fraction of the output channels.',
    },
    common.act,
    common.noskip,
  ],
  expand(builder, args, context) {
    const { name } = context;
    const from = builder.current;
    const act = activationOf(args, context);
    const out = numberOf(args, 'c');
    convNormAct(builder, context, {
      conv: `${name}.conv_pw`,
      norm: `${name}.bn1`,
      out: context.round(builder.channels() * numberOf(args, 'i', 0.25)),
      kernel: 1,
      act,
    });
    convNormAct(builder, context, {
      conv: `${name}.conv`,
      norm: `${name}.bn2`,
      out: context.round(out * numberOf(args, 'o', 0.75)),
      kernel: numberOf(args, 'k', 3),
      stride: strideOf(args),
      act,
    });
    convNormAct(builder, context, { conv: `${name}.conv_pwl`, norm: `${name}.bn3`, out, kernel: 1 });
    residual(builder, `${name}.add`, from, args);
  },
});
