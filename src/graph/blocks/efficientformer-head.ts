// EfficientFormer's head: norm, mean over all positions, and two classifiers whose logits are averaged.
import { ShapeError } from '../../gpu-kernels/op.ts';
import { defineBlock } from './block.ts';
import { numberOf, normAct } from './parts.ts';
import { classes, layerNorm } from './vit-parts.ts';

export const distilled = defineBlock({
  word: 'distilled',
  doc: 'Norm, mean over positions, then the average of two linear layers: one trained on labels, one on a teacher.',
  source: 'DeiT, arXiv 2012.12877 §3 (hard distillation); EfficientFormer, arXiv 2206.01191',
  place: 'head',
  args: [classes],
  expand(builder, args, context) {
    const rank = builder.shape().length;
    if (rank < 3)
      throw new ShapeError(
        '`distilled` pools by itself and needs a feature map or tokens',
        'remove the `pool` above it',
      );
    if (rank === 4) normAct(builder, context, 'norm', 'none');
    else layerNorm(builder, context, 'norm');
    const pooled = builder.add('pool', 'mean', { axes: rank === 4 ? [1, 2] : [1] });
    const out = numberOf(args, 'c');
    const label = builder.add('head', 'linear', { out }, [pooled]);
    const teacher = builder.add('head_dist', 'linear', { out }, [pooled]);
    builder.add('head_sum', 'add', {}, [label, teacher]);
    builder.add('head_mean', 'scale_const', { factor: 0.5 });
  },
});
