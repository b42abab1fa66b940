// Token bookkeeping of vision transformers: the class token and position embeddings.
import * as v from 'valibot';
import { defineOp, elements, ShapeError, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { count, none } from './attributes.ts';
import { channelsOf, tokensOf } from './operands.ts';

/** The class token of ViT (arXiv 2010.11929 §3.1) becomes token 0. */
export const prependToken = defineOp({
  name: 'prepend_token',
  doc: 'Puts a learned token before the others.',
  attrs: none,
  shape(inputs) {
    const [batch, tokens, channels] = tokensOf(inputs, 'a class token');
    return [batch, tokens + 1, channels];
  },
  params: ([input]) => ({ cls_token: { shape: [1, 1, channelsOf(input as Shape)], trainable: true } }),
  macKind: 'none',
  macs: () => 0,
  reference([x], params, { inputs: [input], output }) {
    const [batch, tokens, channels] = input as readonly [number, number, number];
    const result = numbers(elements(output));
    for (let n = 0; n < batch; n++) {
      result.set(params.cls_token as Float32Array, n * (tokens + 1) * channels);
      result.set(
        (x as Float32Array).subarray(n * tokens * channels, (n + 1) * tokens * channels),
        (n * (tokens + 1) + 1) * channels,
      );
    }
    return result;
  },
  onnx: {
    write: ({ builder, inputs, output, param }) =>
      void builder.add('Concat', [param('cls_token'), ...inputs], { axis: 1 }, output),
  },
  pytorch: {
    leaves: (n) => [[n.params.cls_token ?? '', `nn.Parameter(torch.zeros(1, 1, ${channelsOf(n.output)}))`]],
    expression: (n) => `torch.cat([${n.at(n.params.cls_token ?? '')}.expand(len(${n.x()}), -1, -1), ${n.x()}], 1)`,
  },
  box: () => ({ kind: 'move', label: '+cls', words: 'class token in front' }),
});

const positionEmbeddingAttrs = v.strictObject({
  /** False: a fixed table (the sinusoid of T2T-ViT). It is in the checkpoint either way, and counted, as its authors count it. */
  trainable: v.optional(v.boolean(), true),
  tokens: count,
});

export const positionEmbedding = defineOp({
  name: 'position_embedding',
  doc: 'Adds one vector per token position.',
  attrs: positionEmbeddingAttrs,
  shape(inputs, a) {
    const input = tokensOf(inputs, 'a position embedding');
    if (input[1] !== a.tokens) {
      throw new ShapeError(
        `the position embedding has ${a.tokens} positions, but there are ${input[1]} tokens`,
        `make it ${input[1]} positions`,
      );
    }
    return input;
  },
  params: ([input], a) => ({ pos_embed: { shape: [1, a.tokens, channelsOf(input as Shape)], trainable: true } }),
  macKind: 'none',
  macs: () => 0,
  reference([x], params) {
    const table = params.pos_embed as Float32Array;
    return (x as Float32Array).map((value, i) => value + (table[i % table.length] as number));
  },
  onnx: {
    write: ({ builder, inputs, output, param }) => void builder.add('Add', [...inputs, param('pos_embed')], {}, output),
  },
  pytorch: {
    leaves(n) {
      const size = `${n.attrs.tokens}, ${channelsOf(n.output)}`;
      const fixed = n.attrs.trainable ? '' : `nn.Parameter(${n.use('sinusoid')}(${size}), requires_grad=False)`;
      return [[n.params.pos_embed ?? '', fixed || `nn.Parameter(torch.randn(1, ${size}) * 0.02)`]];
    },
    expression: (n) => `${n.x()} + ${n.at(n.params.pos_embed ?? '')}`,
  },
  box: () => ({ kind: 'move', label: '+pos', words: 'positions' }),
});
