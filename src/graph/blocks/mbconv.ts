// Inverted residual with linear bottleneck (MobileNetV2, arXiv 1801.04381 §3), with optional gate (V3, MnasNet, EfficientNet) and MixConv (MixNet).
import { defineBlock } from './block.ts';
import { activationOf, common, convNormAct, numberOf, numbersOf, residual, strideOf } from './parts.ts';
import { gate, gateArguments } from './squeeze-excite.ts';

export const mbconv = defineBlock({
  word: 'mbconv',
  doc: 'Inverted residual: 1×1 expand, depthwise k×k, optional squeeze-excite, 1×1 linear projection, skip when shapes agree.',
  source: 'MobileNetV2, arXiv 1801.04381 §3.3; MixConv, arXiv 1907.09595',
  place: 'stage',
  args: [
    common.kernels,
    common.stride,
    common.dilation,
    common.channels,
    common.expansion,
    {
      key: 'a',
      label: 'expand groups',
      kind: 'int',
      default: 1,
      min: 1,
      max: 8,
      doc: 'The 1×1 expansion is split into this many groups (MixNet).',
    },
    {
      key: 'p',
      label: 'project groups',
      kind: 'int',
      default: 1,
      min: 1,
      max: 8,
      doc: 'The 1×1 projection is split into this many groups (MixNet).',
    },
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
    const act = activationOf(args, context);
    // Names follow timm's InvertedResidual: conv_pw, bn1, conv_dw, bn2, aa, se, conv_pwl, bn3.
    const mid = context.round(inputChannels * numberOf(args, 'e', 1));
    const split = (key: string) => Array.from({ length: numberOf(args, key, 1) }, () => 1);
    convNormAct(builder, context, { conv: `${name}.conv_pw`, norm: `${name}.bn1`, out: mid, kernel: split('a'), act });
    context.mid(builder.current);
    convNormAct(builder, context, {
      conv: `${name}.conv_dw`,
      norm: `${name}.bn2`,
      out: mid,
      kernel: numbersOf(args, 'k', [3]),
      stride: strideOf(args),
      dilation: numberOf(args, 'd', 1),
      groups: 'depthwise',
      act,
      aa: { id: `${name}.aa`, kind: args.aa as string | undefined },
    });
    gate(builder, context, args, name, inputChannels);
    convNormAct(builder, context, {
      conv: `${name}.conv_pwl`,
      norm: `${name}.bn3`,
      out: numberOf(args, 'c'),
      kernel: split('p'),
    });
    residual(builder, `${name}.add`, from, args);
  },
});
