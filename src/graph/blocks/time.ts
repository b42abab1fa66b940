// Heads over time: a map of frames to tokens, pooling weighted by a softmax over time, and second-order features.
import { ShapeError } from '../../gpu-kernels/op.ts';
import { defineBlock, type Argument, type Arguments } from './block.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import { numberOf } from './parts.ts';

const width = (doc: string): Argument => ({ key: 'm', label: 'width', kind: 'int', min: 1, max: 4096, doc });

/** `mN` only says what is so. */
function expectWidth(found: number, args: Arguments): void {
  const wish = numberOf(args, 'm', found);
  if (found !== wish) throw new ShapeError(`what it reads is ${found} wide, not ${wish}`, `write m${found}`);
}

export const rows = defineBlock({
  word: 'rows',
  doc: 'Each row of a map (a frame in time) becomes a token; its values channel by channel.',
  source: 'Wav2Small, arXiv 2408.13920 §3',
  place: 'join',
  args: [width('Columns of the map.')],
  expand(builder, args, { name }) {
    const [, frames = 0, columns = 0, channels = 0] = mapShape(builder);
    expectWidth(columns, args);
    builder.add(`${name}.channels`, 'transpose', { perm: [0, 1, 3, 2] });
    builder.add(name, 'reshape', { to: 'shape', shape: [1, frames, channels * columns] });
  },
});

interface TimeAxis {
  /** Brings axis 1, time, to the end, and back. */
  readonly forth: readonly number[];
  readonly back: readonly number[];
}

/** lin(x) · softmax over time of sof(x), summed over time; the result is called `id`. */
function weighted(
  builder: GraphBuilder,
  name: string,
  id: string,
  op: 'linear' | 'conv2d',
  { forth, back }: TimeAxis,
): void {
  const from = builder.current;
  const steps = builder.shape(from)[1] as number;
  const out = builder.channels();
  const attrs = op === 'linear' ? { out, bias: true } : { out, kernel: [1, 1], bias: true };
  const values = builder.add(`${name}.lin`, op, attrs, [from]);
  builder.add(`${name}.sof`, op, attrs, [from]);
  builder.add(`${name}.forth`, 'transpose', { perm: [...forth] });
  builder.add(`${name}.softmax`, 'softmax');
  const shares = builder.add(`${name}.back`, 'transpose', { perm: [...back] });
  builder.add(`${name}.weighted`, 'mul', {}, [values, shares]);
  builder.add(`${name}.mean`, 'mean', { axes: [1], keepDims: false });
  builder.add(id, 'scale_const', { factor: steps });
}

export const timepool = defineBlock({
  word: 'timepool',
  doc: 'Tokens to one vector: sum over time of a linear layer, weighted by the softmax over time of another.',
  source: 'Wav2Small, arXiv 2408.13920 §3',
  place: 'stage',
  args: [],
  expand(builder, _args, { name }) {
    if (builder.shape().length !== 3) throw new ShapeError('it needs tokens', 'put a line `rows` above it');
    weighted(builder, name, name, 'linear', { forth: [0, 2, 1], back: [0, 2, 1] });
  },
});

export const timepool2d = defineBlock({
  word: 'timepool2d',
  doc: 'As timepool on a map [time × width], with 1×1 convolutions; leaves [channels × width].',
  source: 'Wav2Small 2.0, the published code of arXiv 2408.13920',
  place: 'stage',
  args: [],
  expand(builder, _args, { name }) {
    mapShape(builder);
    weighted(builder, name, `${name}.sum`, 'conv2d', { forth: [0, 2, 3, 1], back: [0, 3, 1, 2] });
    builder.add(name, 'transpose', { perm: [0, 2, 1] });
  },
});

export const gram = defineBlock({
  word: 'gram',
  doc: 'Each channel’s row and its products with all rows (x xᵀ) behind it, flattened to a vector.',
  source: 'Wav2Small 2.0, the published code of arXiv 2408.13920',
  place: 'join',
  args: [width('Values of a row.')],
  expand(builder, args, { name }) {
    const from = builder.current;
    const [, count = 0, columns = 0] = builder.shape();
    if (builder.shape().length !== 3)
      throw new ShapeError('it needs rows of channels', 'put a line `timepool2d` above it');
    expectWidth(columns, args);
    const products = builder.add(`${name}.products`, 'gram', {}, [from]);
    builder.add(`${name}.rows`, 'concat', { axis: 2 }, [from, products]);
    builder.add(name, 'reshape', { to: 'shape', shape: [1, count * (columns + count)] });
  },
});

function mapShape(builder: GraphBuilder): readonly number[] {
  const shape = builder.shape();
  if (shape.length !== 4)
    throw new ShapeError('it needs a map', 'put it above the lines that leave tokens or a vector');
  return shape;
}
