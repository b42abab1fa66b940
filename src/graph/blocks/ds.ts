// Depthwise-separable convolution: MobileNetV1's block (`dsa`), and what later nets put in place of an mbconv without expansion (`ds`).
import { defineBlock, type Argument, type Arguments, type BlockContext } from './block.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import { activationOf, common, convNormAct, numberOf, numbersOf, residual, strideOf } from './parts.ts';
import { gate, gateArguments } from './squeeze-excite.ts';

const shared: readonly Argument[] = [
  common.kernels,
  common.stride,
  common.dilation,
  common.channels,
  ...gateArguments,
  common.act,
  common.antialias,
];

/** Names follow timm's DepthwiseSeparableConv: conv_dw, bn1, aa, se, conv_pw, bn2. */
function separable(builder: GraphBuilder, args: Arguments, context: BlockContext, pointwiseActivation: boolean): void {
  const { name } = context;
  const inputChannels = builder.channels();
  const act = activationOf(args, context);
  convNormAct(builder, context, {
    conv: `${name}.conv_dw`,
    norm: `${name}.bn1`,
    out: inputChannels,
    kernel: numbersOf(args, 'k', [3]),
    stride: strideOf(args),
    dilation: numberOf(args, 'd', 1),
    groups: 'depthwise',
    act,
    aa: { id: `${name}.aa`, kind: args.aa as string | undefined },
  });
  gate(builder, context, args, name, inputChannels);
  convNormAct(builder, context, {
    conv: `${name}.conv_pw`,
    norm: `${name}.bn2`,
    out: numberOf(args, 'c'),
    kernel: 1,
    act: pointwiseActivation ? act : 'none',
  });
}

export const ds = defineBlock({
  word: 'ds',
  doc: 'Depthwise k×k, optional squeeze-excite, 1×1 linear, skip when shapes agree.',
  source: 'MobileNetV2, arXiv 1801.04381 table 2, first bottleneck',
  place: 'stage',
  args: [...shared, common.noskip],
  expand(builder, args, context) {
    const from = builder.current;
    separable(builder, args, context, false);
    residual(builder, `${context.name}.add`, from, args);
  },
});

export const dsa = defineBlock({
  word: 'dsa',
  doc: 'Depthwise k×k, then 1×1, each with norm and activation; no skip.',
  source: 'MobileNets, arXiv 1704.04861 §3.2',
  place: 'stage',
  args: shared,
  expand(builder, args, context) {
    separable(builder, args, context, true);
  },
});
