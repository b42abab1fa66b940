// Performer attention (FAVOR+, arXiv 2009.14794) as T2T-ViT uses it: softmax attention approximated in time linear in the tokens.
import * as v from 'valibot';
import { defineOp, elements, ShapeError, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { count } from './attributes.ts';
import { tokensOf } from './operands.ts';
import { wholeWindow } from './simple-forms.ts';

const performerAttrs = v.strictObject({
  /** Channels of one of key, query and value. */
  dim: count,
  /** Number m of random features. */
  features: count,
});

/** Keeps the quotient finite where every feature of a query vanishes (T2T-ViT, `token_performer`). */
export const EPSILON = 1e-8;

/**
 * One head. φ(x) = exp(w·x − |x|²/2) / √m; y = φ(q)·(Σ φ(k) vᵀ) / (φ(q)·Σ φ(k) + 1e-8).
 * Input: key, query, value in this order along the channels. `w` `[m, dim]` is random and frozen, but stored and counted
 * like a weight, as its authors count it.
 */
export const performerAttention = defineOp({
  name: 'performer_attention',
  doc: 'Attention through random features: time and memory linear in the tokens.',
  attrs: performerAttrs,
  shape(inputs, a) {
    const [batch, tokens, channels] = tokensOf(inputs, 'performer attention');
    if (channels !== 3 * a.dim) {
      throw new ShapeError(
        `performer attention of dimension ${a.dim} reads ${3 * a.dim} channels, not ${channels}`,
        `make the kqv layer ${3 * a.dim} channels wide`,
      );
    }
    return [batch, tokens, a.dim];
  },
  params: (_inputs, a) => ({ w: { shape: [a.features, a.dim], trainable: true } }),
  macKind: 'attention',
  // Per token: two projections onto the features, the normaliser, the key-value product and its use.
  macs: ([input], a) => (input?.[0] as number) * (input?.[1] as number) * a.features * (4 * a.dim + 1),
  reference([x], params, { inputs: [input], output, attrs: { dim, features } }) {
    const [batch, tokens] = input as Shape as readonly [number, number];
    const source = x as Float32Array;
    const w = params.w as Float32Array;
    const phi = (from: number, into: Float64Array) => {
      let squares = 0;
      for (let d = 0; d < dim; d++) squares += (source[from + d] as number) ** 2;
      for (let m = 0; m < features; m++) {
        let dot = 0;
        for (let d = 0; d < dim; d++) dot += (w[m * dim + d] as number) * (source[from + d] as number);
        into[m] = Math.exp(dot - squares / 2) / Math.sqrt(features);
      }
    };
    const result = numbers(elements(output));
    const feature = new Float64Array(features);
    const keySum = new Float64Array(features);
    const keyValue = new Float64Array(features * dim);
    const sums = new Float64Array(dim);
    for (let n = 0; n < batch; n++) {
      keySum.fill(0);
      keyValue.fill(0);
      for (let t = 0; t < tokens; t++) {
        const from = (n * tokens + t) * 3 * dim;
        phi(from, feature);
        for (let m = 0; m < features; m++) {
          const weight = feature[m] as number;
          keySum[m] = (keySum[m] as number) + weight;
          for (let d = 0; d < dim; d++)
            keyValue[m * dim + d] = (keyValue[m * dim + d] as number) + weight * (source[from + 2 * dim + d] as number);
        }
      }
      for (let t = 0; t < tokens; t++) {
        phi((n * tokens + t) * 3 * dim + dim, feature);
        let normaliser = EPSILON;
        sums.fill(0);
        for (let m = 0; m < features; m++) {
          const weight = feature[m] as number;
          normaliser += weight * (keySum[m] as number);
          for (let d = 0; d < dim; d++) sums[d] = (sums[d] as number) + weight * (keyValue[m * dim + d] as number);
        }
        const to = (n * tokens + t) * dim;
        for (let d = 0; d < dim; d++) result[to + d] = (sums[d] as number) / normaliser;
      }
    }
    return result;
  },
  onnx: {
    write({ builder, id, attrs: { dim, features }, inputs, output, values }) {
      const part = (index: number): string => builder.slice(inputs[0] as string, 2, index * dim, (index + 1) * dim);
      const w = values('w') as Float32Array;
      const turned = new Float32Array(w.length);
      for (let m = 0; m < features; m++)
        for (let i = 0; i < dim; i++) turned[i * features + m] = w[m * dim + i] as number;
      const projection = builder.constant(`${id} w transposed`, [dim, features], turned);
      const phi = (x: string): string => {
        const squares = builder.add('ReduceSum', [builder.add('Mul', [x, x]), builder.integers([2])], { keepdims: 1 });
        const half = builder.add('Mul', [squares, builder.scalar(0.5)]);
        const exponent = builder.add('Sub', [builder.add('MatMul', [x, projection]), half]);
        return builder.add('Mul', [builder.add('Exp', [exponent]), builder.scalar(features ** -0.5)]);
      };
      const [k, q, v] = [phi(part(0)), phi(part(1)), part(2)];
      const products = builder.add('MatMul', [builder.transpose(k, [0, 2, 1]), v]);
      const sums = builder.add('ReduceSum', [k, builder.integers([1])], { keepdims: 1 });
      const total = builder.add('ReduceSum', [builder.add('Mul', [q, sums]), builder.integers([2])], { keepdims: 1 });
      const normaliser = builder.add('Add', [total, builder.scalar(EPSILON)]);
      builder.add('Div', [builder.add('MatMul', [q, products]), normaliser], {}, output);
    },
  },
  pytorch: {
    leaves: ({ params, attrs: { features, dim } }) => [
      [
        params.w ?? '',
        `nn.Parameter(nn.init.orthogonal_(torch.empty(${features}, ${dim})) * ${features} ** 0.5, requires_grad=False)`,
      ],
    ],
    expression: (n) => `${n.use('performer')}(${n.x()}, ${n.at(n.params.w ?? '')})`,
  },
  window: () => wholeWindow,
  // Per token: features of key and query, and the normaliser; once: the key-value product.
  activations: ([input], output, { dim, features }) => {
    const [batch, tokens] = input as readonly [number, number];
    return { attention: elements(output) + batch * (tokens * (2 * features + 1) + features * dim) };
  },
  box: () => ({ kind: 'attention', label: 'perf', words: 'performer attention' }),
});
