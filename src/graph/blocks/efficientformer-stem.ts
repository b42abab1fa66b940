// EfficientFormer's stem: two strided 3×3 convolutions, a quarter of the picture's resolution.
import { defineBlock } from './block.ts';
import { activationOf, common, convNormAct, numberOf } from './parts.ts';

export const stem4 = defineBlock({
  word: 'stem4',
  doc: 'Two 3×3 convolutions of stride 2, the first with half the channels.',
  source: 'EfficientFormer, arXiv 2206.01191 §4.1',
  place: 'stem',
  args: [{ ...common.channels, min: 2 }, common.act],
  expand(builder, args, context) {
    // EfficientFormer names conv1, norm1, conv2, norm2; V2 nests them: conv1.conv, conv1.bn, …
    const nested = context.family.name === 'efficientformerv2';
    const stem = context.index === 0 ? 'stem' : `stem_${context.index}`;
    const out = numberOf(args, 'c');
    for (const [i, channels] of [Math.floor(out / 2), out].entries()) {
      convNormAct(builder, context, {
        conv: nested ? `${stem}.conv${i + 1}.conv` : `${stem}.conv${i + 1}`,
        norm: nested ? `${stem}.conv${i + 1}.bn` : `${stem}.norm${i + 1}`,
        out: channels,
        kernel: 3,
        stride: 2,
        bias: true,
        act: activationOf(args, context),
      });
    }
  },
});
