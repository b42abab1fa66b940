// Calls of an op on other shapes than those written down: batches of 1 to 5, odd channels and maps down to a pixel, drawn from a seed.
import { ShapeError } from '../../../src/gpu-kernels/op.ts';
import type { OpName } from '../../../src/gpu-kernels/ops/index.ts';
import { GraphBuilder } from '../../../src/graph/ir/builder.ts';
import { mulberry32 } from '../../../src/graph/random.ts';
import type { OpCall } from './op-cases.ts';

function allowed(op: OpName, { attrs = {}, inputs }: OpCall): boolean {
  const builder = new GraphBuilder(op);
  try {
    builder.add(
      'y',
      op,
      attrs,
      inputs.map((shape, i) => builder.input(shape, `in${i}`)),
    );
    return true;
  } catch (error) {
    if (error instanceof ShapeError) return false;
    throw error;
  }
}

/** The same call on drawn shapes: equal sizes of an axis stay equal. Where the op refuses them all, only the batch is drawn. */
export function drawnCall(op: OpName, call: OpCall, seed: number): OpCall {
  const next = mulberry32(seed);
  const below = (count: number): number => Math.floor(next() * count);
  for (let attempt = 0; attempt < 40; attempt++) {
    const sizes = new Map<string, number>();
    const drawn = (size: number, axis: number, rank: number): number => {
      if (size === 1 || (axis > 0 && attempt >= 30)) return size;
      const key = `${axis} ${size}`;
      const made = axis === 0 ? 1 + below(5) : axis === rank - 1 ? 1 + 2 * below(4) : 1 + below(6);
      if (!sizes.has(key)) sizes.set(key, made);
      return sizes.get(key) as number;
    };
    const inputs = call.inputs.map((shape) => shape.map((size, axis) => drawn(size, axis, shape.length)));
    if (allowed(op, { ...call, inputs })) return { ...call, inputs };
  }
  return call;
}
