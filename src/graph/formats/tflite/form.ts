// What an op's TFLite form is given, and the constants that forms make of parameters.
import { elements, type Shape } from '../../../gpu-kernels/op.ts';
import type { TfliteWriter } from './writer.ts';

/** One node while it is written. */
export interface TfliteNode<A = never> {
  readonly w: TfliteWriter;
  readonly id: string;
  readonly attrs: A;
  readonly inputs: readonly number[];
  readonly shapes: readonly Shape[];
  readonly output: number;
  readonly shape: Shape;
  /** A parameter; undefined where the op has none of that role. */
  param(role: string): Float32Array | undefined;
  /** A fresh value between operators. */
  between(shape: Shape): number;
}
export type TfliteForm = (node: TfliteNode) => void;

/** A constant vector over the channels of a node. */
export const vectorOf = (n: TfliteNode<unknown>, hint: string, data: Float32Array): number =>
  n.w.constant(`${n.id}/${hint}`, [data.length], data);

/** `count` constants of a shape, checked. */
export const tensorOf = (n: TfliteNode<unknown>, hint: string, shape: Shape, data: Float32Array): number => {
  if (data.length !== elements(shape))
    throw new Error(`"${n.id}": ${hint} has ${data.length} values for ${shape.join('×')}`);
  return n.w.constant(`${n.id}/${hint}`, shape, data);
};
