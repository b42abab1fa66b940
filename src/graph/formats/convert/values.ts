// Values between a file's own order of axes and integers, and the real numbers of the nodes that hold them in the converted graph.
import { rangeOf, zeros, type Tensor } from '../model/tensor.ts';
import type { HeldValue } from './convert.ts';
import { permuted } from './emitter.ts';

/** A value of the file as the node that holds it wants it. */
export function toNode({ order, stored }: HeldValue, tensor: Tensor): Float32Array {
  const values = permuted(tensor, order);
  return stored ? values.map((q) => (q - stored.zero) * stored.scale) : values;
}

/** What a node computed, in the file's own order and as the file stores it. */
export function fromNode({ order, shape, stored }: HeldValue, data: Float32Array): Tensor {
  const own = order.map((axis) => shape[axis]!);
  const back = shape.map((_, axis) => order.indexOf(axis));
  const values = permuted({ type: 'float32', shape: own, data }, back);
  if (!stored) return { type: 'float32', shape, data: values };
  const [low, high] = rangeOf[stored.type] ?? [-Infinity, Infinity];
  const result = zeros(stored.type, shape);
  values.forEach((value, i) => {
    result.data[i] = Math.min(high, Math.max(low, Math.round(value / stored.scale) + stored.zero));
  });
  return result;
}
