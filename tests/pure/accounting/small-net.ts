// A net small enough to count by hand: stem, depthwise with squeeze-excite and a residual, pool, classifier.
import { GraphBuilder } from '../../../src/graph/ir/builder.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';

/** `size` × `size` × 3 → 8 channels at half size → 10 classes. */
export function smallNet(size = 16): InferredGraph {
  const builder = new GraphBuilder('small');
  builder.input([1, size, size, 3]);
  builder.add('conv_stem', 'conv2d', { out: 8, kernel: [3, 3], stride: [2, 2], padding: 1 });
  builder.add('bn1', 'batch_norm');
  const stem = builder.add('act1', 'relu');
  builder.add('dw', 'conv2d', { out: 8, kernel: [5, 5], padding: 2, groups: 8 });
  const wide = builder.add('bn2', 'batch_norm');
  builder.add('se.mean', 'mean', { axes: [1, 2], keepDims: true });
  builder.add('se.conv', 'conv2d', { out: 8, kernel: [1, 1], bias: true });
  const gate = builder.add('se.gate', 'sigmoid');
  builder.add('se', 'mul', {}, [wide, gate]);
  builder.add('add', 'add', {}, [builder.current, stem]);
  builder.endStage('blocks.0');
  builder.add('pool', 'mean', { axes: [1, 2], keepDims: true });
  builder.add('flatten', 'reshape', { to: 'vector' });
  builder.add('classifier', 'linear', { out: 10 });
  return builder.graph();
}
