// Values between a file's own order of axes and that of the nodes that hold them in the converted graph.
import type { Tensor } from '../model/tensor.ts';
import type { HeldValue } from './convert.ts';
import { permuted } from './emitter.ts';

/** A value of the file as the node that holds it wants it. */
export const toNode = (place: HeldValue, tensor: Tensor): Float32Array => permuted(tensor, place.order);

/** What a node computed, in the file's own order. */
export function fromNode(place: HeldValue, data: Float32Array): Tensor {
  const own = place.order.map((axis) => place.shape[axis]!);
  const back = place.shape.map((_, axis) => place.order.indexOf(axis));
  return { type: 'float32', shape: place.shape, data: permuted({ type: 'float32', shape: own, data }, back) };
}
