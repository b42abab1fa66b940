// Spatial pyramid pooling: a vector of the same length from a map of any size.
import { ShapeError } from '../../gpu-kernels/op.ts';
import { defineBlock } from './block.ts';
import { numbersOf } from './parts.ts';

export const spp = defineBlock({
  word: 'spp',
  doc: 'Averages of n×n cells for each n, channel by channel, joined to one vector.',
  source: 'SPP-net, arXiv 1406.4729 §2.2; ApproxNet, arXiv 1909.02068 §3.2',
  place: 'join',
  args: [
    {
      key: 'n',
      label: 'cells',
      kind: 'ints',
      required: true,
      min: 1,
      max: 16,
      doc: 'Cells a side, one number a level: `n1.2.4`.',
    },
  ],
  expand(builder, args, { name }) {
    const from = builder.current;
    if (builder.shape().length !== 4)
      throw new ShapeError('it needs a feature map', 'put it above `pool` and `linear`');
    const channels = builder.channels();
    const levels = numbersOf(args, 'n', [1]).map((cells, i, all) => {
      const id = all.length === 1 ? name : `${name}.${i}`;
      if (cells === 1) {
        const mean = builder.add(`${id}.mean`, 'mean', { axes: [1, 2], keepDims: true }, [from]);
        return builder.add(id, 'reshape', { to: 'vector' }, [mean]);
      }
      const pooled = builder.add(`${id}.cells`, 'adaptive_avg_pool2d', { size: [cells, cells] }, [from]);
      const rows = builder.add(`${id}.rows`, 'reshape', { to: 'tokens' }, [pooled]);
      const byChannel = builder.add(`${id}.channels`, 'transpose', { perm: [0, 2, 1] }, [rows]);
      return builder.add(id, 'reshape', { to: 'shape', shape: [1, channels * cells * cells] }, [byChannel]);
    });
    if (levels.length > 1) builder.add(name, 'concat', { axis: 1 }, levels);
  },
});
