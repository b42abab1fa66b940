// Fused inverted residual: one dense k×k in place of expand + depthwise, where dense hardware likes it better.
import { defineBlock } from './block.ts';
import { activationOf, common, convNormAct, numberOf, residual, strideOf } from './parts.ts';
import { gate, gateArguments } from './squeeze-excite.ts';

export const fused = defineBlock({
  word: 'fused',
  doc: 'Dense k×k expansion, optional squeeze-excite, 1×1 linear projection, skip when shapes agree.',
  source: 'MobileDets, arXiv 2004.14525 §3.2; MobileNetV4, arXiv 2404.10518 (FusedIB)',
  place: 'stage',
  args: [
    common.kernel,
    common.stride,
    common.dilation,
    common.channels,
    common.expansion,
    ...gateArguments,
    common.act,
    common.antialias,
    common.noskip,
    common.mid,
  ],
  expand(builder, args, context) {
    const { name } = context;
    const from = builder.current;
    const inputChannels = builder.channels();
    // Names follow timm's EdgeResidual: conv_exp, bn1, aa, se, conv_pwl, bn2.
    convNormAct(builder, context, {
      conv: `${name}.conv_exp`,
      norm: `${name}.bn1`,
      out: context.round(inputChannels * numberOf(args, 'e', 1)),
      kernel: numberOf(args, 'k', 3),
      stride: strideOf(args),
      dilation: numberOf(args, 'd', 1),
      act: activationOf(args, context),
      aa: { id: `${name}.aa`, kind: args.aa as string | undefined },
    });
    context.mid(builder.current);
    gate(builder, context, args, name, inputChannels);
    convNormAct(builder, context, {
      conv: `${name}.conv_pwl`,
      norm: `${name}.bn2`,
      out: numberOf(args, 'c'),
      kernel: 1,
    });
    residual(builder, `${name}.add`, from, args);
  },
});
