// Coordinate attention (arXiv 2103.02907 §3.2): a gate per row and a gate per column instead of one per channel.
import type { BlockContext } from './block.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import { normAct } from './parts.ts';

/**
 * Multiplies the current map `[N, H, W, C]` by a column gate `[N, H, 1, C]` and a row gate `[N, 1, W, C]`.
 * Names follow the authors' CoordAtt: conv1, bn1, conv_h, conv_w; hidden channels max(8, ⌊C / reduction⌋).
 */
export function coordinateAttention(
  builder: GraphBuilder,
  context: BlockContext,
  name: string,
  reduction: number,
): void {
  const from = builder.current;
  const [, height, width, channels] = builder.shape() as readonly [number, number, number, number];
  const hidden = Math.max(8, Math.floor(channels / reduction));
  const pointwise = { kernel: [1, 1], bias: true };
  const turn = { perm: [0, 2, 1, 3] };
  const rows = builder.add(`${name}.pool_h`, 'mean', { axes: [2], keepDims: true }, [from]);
  builder.add(`${name}.pool_w`, 'mean', { axes: [1], keepDims: true }, [from]);
  const columns = builder.add(`${name}.pool_w.turned`, 'transpose', turn);
  builder.add(`${name}.concat`, 'concat', { axis: 1 }, [rows, columns]);
  builder.add(`${name}.conv1`, 'conv2d', { ...pointwise, out: hidden });
  normAct(builder, context, `${name}.bn1`, 'hswish');
  const both = builder.current;
  builder.add(`${name}.rows`, 'slice', { axis: 1, start: 0, size: height }, [both]);
  builder.add(`${name}.conv_h`, 'conv2d', { ...pointwise, out: channels });
  const rowGate = builder.add(`${name}.gate_h`, 'sigmoid');
  builder.add(`${name}.columns`, 'slice', { axis: 1, start: height, size: width }, [both]);
  builder.add(`${name}.columns.turned`, 'transpose', turn);
  builder.add(`${name}.conv_w`, 'conv2d', { ...pointwise, out: channels });
  const columnGate = builder.add(`${name}.gate_w`, 'sigmoid');
  builder.add(`${name}.mul`, 'mul', {}, [from, columnGate]);
  builder.add(name, 'mul', {}, [builder.current, rowGate]);
}
