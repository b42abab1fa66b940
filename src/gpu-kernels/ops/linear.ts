// Fully connected layer over the last axis: classifiers and every projection of a transformer.
import * as v from 'valibot';
import { defineOp, elements, type ParamSpec, type Shape } from '../op.ts';
import { count } from './attributes.ts';
import { matrixProduct } from './matrix.ts';
import { channelsOf, onlyOperand } from './operands.ts';

const linearAttrs = v.strictObject({ out: count, bias: v.optional(v.boolean(), true) });
export type LinearAttrs = v.InferOutput<typeof linearAttrs>;

export const linear = defineOp({
  name: 'linear',
  doc: 'Fully connected layer over the channels of each token, pixel or vector.',
  attrs: linearAttrs,
  shape: (inputs, a) => [...onlyOperand(inputs, 'a linear layer').slice(0, -1), a.out],
  params([input], a): Readonly<Record<string, ParamSpec>> {
    const weight: ParamSpec = { shape: [a.out, channelsOf(input as Shape)], trainable: true };
    const bias: ParamSpec = { shape: [a.out], trainable: true };
    return a.bias ? { weight, bias } : { weight };
  },
  macKind: 'linear',
  macs: ([input], a) => elements(input as Shape) * a.out,
  reference([x], params, { inputs: [input], output, attrs: a }) {
    const depth = channelsOf(input as Shape);
    const result = new Float32Array(elements(output));
    matrixProduct(x as Float32Array, depth, params.weight as Float32Array, params.bias, a.out, result);
    return result;
  },
});
