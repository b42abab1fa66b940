// A transposed convolution whose kernel is its stride, as a 1×1 convolution and a pixel shuffle.
import { defineBlock } from './block.ts';
import { actAfter } from './joins.ts';
import { activation, common, convNormAct, numberOf, strideOf } from './parts.ts';

export const upconv = defineBlock({
  word: 'upconv',
  doc: '1×1 convolution to s·s values a pixel, which become s×s pixels.',
  source: 'sub-pixel convolution, arXiv 1609.05158 §3.2',
  place: 'stage',
  args: [
    { ...common.stride, label: 'factor', doc: 'Height and width are multiplied by this.' },
    { ...common.channels, scales: false, doc: 'Output channels; never scaled by `width`.' },
    actAfter,
  ],
  expand(builder, args, context) {
    const factor = strideOf(args);
    const { name } = context;
    const out = numberOf(args, 'c') * factor * factor;
    convNormAct(builder, context, { conv: `${name}.conv`, out, kernel: 1, bias: true });
    builder.add(`${name}.shuffle`, 'pixel_shuffle', { factor });
    activation(builder, `${name}.act`, (args.act as 'none' | undefined) ?? 'none');
  },
});
