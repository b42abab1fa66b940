// Inverted residual with linear bottleneck (MobileNetV2, arXiv 1801.04381 §3), with optional squeeze-excite (V3, MnasNet, EfficientNet).
import { defineBlock } from '../block.ts';
import { common, convNormAct, residual, squeezeExcite, strideOf } from './parts.ts';

export const mbconv = defineBlock({
  word: 'mbconv',
  doc: 'Inverted residual: 1×1 expand, depthwise k×k, optional squeeze-excite, 1×1 linear projection, skip when shapes agree.',
  source: 'MobileNetV2, arXiv 1801.04381 §3.3',
  place: 'stage',
  args: [common.kernel, common.stride, common.channels, common.expansion, common.se, common.act, common.noskip],
  expand(builder, args, context) {
    const name = `blocks.${context.stage}.${context.index}`;
    const from = builder.current;
    // parts.ts holds the shared pieces; names follow timm's InvertedResidual: conv_pw, bn1, conv_dw, bn2, se, conv_pwl, bn3.
    const mid = context.round(builder.channels() * (args.e as number));
    convNormAct(builder, context, { conv: `${name}.conv_pw`, norm: `${name}.bn1`, out: mid, kernel: 1, act: args.act });
    convNormAct(builder, context, { conv: `${name}.conv_dw`, norm: `${name}.bn2`, out: mid, kernel: args.k as number, stride: strideOf(args), groups: mid, act: args.act });
    if (args.se) squeezeExcite(builder, context, { name: `${name}.se`, ratio: args.se as number, inputChannels: builder.channels(from) });
    convNormAct(builder, context, { conv: `${name}.conv_pwl`, norm: `${name}.bn3`, out: args.c as number, kernel: 1, act: 'none' });
    residual(builder, `${name}.add`, from, args);
  },
});
