// Universal inverted bottleneck: one block whose two optional depthwise convolutions make it an IB, a ConvNext, an FFN or an ExtraDW.
import { ShapeError } from '../../gpu-kernels/op.ts';
import type { ActivationName } from '../architecture.ts';
import { defineBlock } from './block.ts';
import { activationOf, common, convNormAct, layerScale, numberOf, residual, strideOf } from './parts.ts';
import { gate, gateArguments } from './squeeze-excite.ts';

export const uib = defineBlock({
  word: 'uib',
  doc: 'Optional depthwise, 1×1 expand, optional depthwise, 1×1 linear projection: IB (k), ConvNext (a), FFN (neither), ExtraDW (both).',
  source: 'MobileNetV4, arXiv 2404.10518 §4',
  place: 'stage',
  args: [
    {
      key: 'a',
      label: 'start kernel',
      kind: 'int',
      default: 0,
      min: 0,
      max: 31,
      doc: 'Depthwise before the expansion; 0 = none.',
    },
    {
      ...common.kernel,
      label: 'middle kernel',
      default: 0,
      min: 0,
      doc: 'Depthwise between expansion and projection; 0 = none.',
    },
    {
      key: 'p',
      label: 'end kernel',
      kind: 'int',
      default: 0,
      min: 0,
      max: 31,
      doc: 'Depthwise after the projection; 0 = none.',
    },
    common.stride,
    common.dilation,
    common.channels,
    common.expansion,
    ...gateArguments,
    common.act,
    common.antialias,
    common.layerScale,
    common.noskip,
    common.mid,
  ],
  expand(builder, args, context) {
    const { name } = context;
    const from = builder.current;
    const inputChannels = builder.channels();
    const stride = strideOf(args);
    const start = numberOf(args, 'a');
    const middle = numberOf(args, 'k');
    const end = numberOf(args, 'p');
    if (stride > 1 && start + middle + end === 0) {
      throw new ShapeError(
        `no depthwise convolution to carry the stride ${stride}`,
        'add a start or middle depthwise such as a3 or k3',
      );
    }
    // Names follow timm's UniversalInvertedResidual; each convolution is a ConvNormAct (conv, bn, aa) of its own.
    const part = (
      module: string,
      out: number,
      kernel: number,
      act: ActivationName,
      depthwiseStride?: number,
      dilation = 1,
    ) =>
      convNormAct(builder, context, {
        conv: `${name}.${module}.conv`,
        norm: `${name}.${module}.bn`,
        out,
        kernel,
        act,
        dilation,
        ...(depthwiseStride === undefined ? {} : { groups: 'depthwise', stride: depthwiseStride }),
        aa: { id: `${name}.${module}.aa`, kind: args.aa as string | undefined },
      });
    const act = activationOf(args, context);
    const out = numberOf(args, 'c');
    const hidden = context.round(inputChannels * numberOf(args, 'e', 1));
    // The stride sits on the middle depthwise if there is one, else on the start, else on the end.
    if (start) part('dw_start', inputChannels, start, 'none', middle ? 1 : stride);
    part('pw_exp', hidden, 1, act);
    context.mid(builder.current);
    if (middle) part('dw_mid', hidden, middle, act, stride, numberOf(args, 'd', 1));
    gate(builder, context, args, name, inputChannels);
    part('pw_proj', out, 1, 'none');
    if (end) part('dw_end', out, end, 'none', middle || start ? 1 : stride);
    layerScale(builder, `${name}.layer_scale`, args);
    residual(builder, `${name}.add`, from, args);
  },
});
