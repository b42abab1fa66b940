// The classifier's lines: global average pooling and the linear layer.
import { ShapeError } from '../../gpu-kernels/op.ts';
import { activationNames } from '../architecture.ts';
import { defineBlock } from './block.ts';
import { activation, numberOf } from './parts.ts';

const numbered = (id: string, index: number): string => (index === 0 ? id : `${id}_${index}`);

export const pool = defineBlock({
  word: 'pool',
  doc: 'Global average over height and width; leaves a 1×1 map for a head convolution or `linear`.',
  source: 'Network In Network, arXiv 1312.4400 §3.2',
  place: 'head',
  args: [],
  expand(builder, _args, context) {
    if (builder.shape().length !== 4) throw new ShapeError('`pool` needs a feature map', 'remove the second `pool`');
    builder.add(context.name || numbered('global_pool', context.index), 'mean', {
      axes: [1, 2],
      keepDims: true,
    });
  },
});

export const linear = defineBlock({
  word: 'linear',
  doc: 'Fully connected layer with bias; its output is the logits.',
  source: 'every net here',
  place: 'head',
  args: [
    {
      key: 'c',
      label: 'classes',
      kind: 'int',
      required: true,
      min: 1,
      max: 65536,
      doc: 'Outputs; never scaled by `width`.',
    },
    {
      key: 'act',
      label: 'activation',
      kind: 'word',
      words: activationNames,
      default: 'none',
      doc: 'Activation after the layer.',
    },
  ],
  expand(builder, args, context) {
    const shape = builder.shape();
    const own = context.name ? `${context.name}.fc` : numbered('classifier', context.index);
    if (shape.length === 4) {
      const [, height, width] = shape as [number, number, number, number];
      if (height * width !== 1)
        throw new ShapeError(`\`linear\` needs a vector, not a ${height}×${width} map`, 'add a line `pool` above it');
      builder.add(context.name ? `${context.name}.flatten` : numbered('flatten', context.index), 'reshape', {
        to: 'vector',
      });
    }
    builder.add(own, 'linear', { out: numberOf(args, 'c'), bias: true });
    activation(builder, `${own}.act`, (args.act as 'none' | undefined) ?? 'none');
  },
});
