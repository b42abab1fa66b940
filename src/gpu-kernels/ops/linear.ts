// Fully connected layer over the last axis: classifiers and every projection of a transformer.
import * as v from 'valibot';
import { defineOp, elements, type ParamSpec, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { count } from './attributes.ts';
import { matrixProduct } from './matrix.ts';
import { channelsOf, onlyOperand } from './operands.ts';
import { overChannels, owner } from './simple-forms.ts';

const linearAttrs = v.strictObject({ out: count, bias: v.optional(v.boolean(), true) });

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
    const result = numbers(elements(output));
    matrixProduct(x as Float32Array, depth, params.weight as Float32Array, params.bias, a.out, result);
    return result;
  },
  onnx: {
    write({ builder, inputs, output, attrs: { out, bias }, inputShapes, params, param, values }) {
      const input = inputShapes[0] as Shape;
      const [x] = inputs as [string];
      if (input.length === 2) {
        const weights = [param('weight'), ...(bias ? [param('bias')] : [])];
        return void builder.add('Gemm', [x, ...weights], { transB: 1 }, output);
      }
      const k = channelsOf(input);
      if (input.length === 4) {
        // A map is channel-first there: its last axis is no channel.
        const weights = [param('weight', [out, k, 1, 1]), ...(bias ? [param('bias')] : [])];
        return void builder.add('Conv', [x, ...weights], { kernel_shape: [1, 1] }, output);
      }
      const weight = values('weight') as Float32Array;
      const turned = new Float32Array(weight.length);
      for (let o = 0; o < out; o++) for (let i = 0; i < k; i++) turned[i * out + o] = weight[o * k + i] as number;
      const matrix = builder.constant(`${params.weight} transposed`, [k, out], turned);
      const product = builder.add('MatMul', [x, matrix], {}, bias ? builder.fresh('MatMul') : output);
      if (bias) builder.add('Add', [product, param('bias')], {}, output);
    },
  },
  pytorch: {
    leaves: ({ params, inputs: [input], attrs: { out, bias } }) => [
      [owner(params.weight), `nn.Linear(${channelsOf(input as Shape)}, ${out}${bias ? '' : ', bias=False'})`],
    ],
    expression: (n) => overChannels(n.at(owner(n.params.weight)), n.x(), n.output.length, 'last'),
    nests: 'both',
  },
  box: () => ({ kind: 'pointwise', label: 'fc', words: 'linear' }),
});
