// Derivative of performer attention: the adjoint of its two sums over tokens, then of the random features.
import type { Shape } from '../op.ts';
import { EPSILON, performerAttention } from '../ops/performer.ts';
import { numbers } from '../numbers.ts';
import { derive, formula } from './gradient.ts';

export interface PerformerPart {
  readonly dim: number;
  readonly features: number;
  readonly part: 'input' | 'w';
}

/** Operands: dy `[N, T, dim]` and x `[N, T, 3·dim]` (key, query, value). */
const performerGradient = formula<PerformerPart>({
  name: 'performer_gradient',
  shape: ([, x], { part, features, dim }) => (part === 'input' ? (x as Shape) : [features, dim]),
  params: (_inputs, { features, dim }) => ({ w: { shape: [features, dim], trainable: true } }),
  reference([dy, x], params, { inputs: [, input], attrs: { dim, features, part } }) {
    const [batch, tokens] = input as readonly [number, number];
    const [upstream, source, w] = [dy as Float32Array, x as Float32Array, params.w as Float32Array];
    const toInput = new Float64Array(source.length);
    const toW = new Float64Array(w.length);
    const size = tokens * features;
    const [keys, queries, toKeys, toQueries] = [0, 1, 2, 3].map(() => new Float64Array(size)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let n = 0; n < batch; n++) {
      const row = (t: number, which: number): number => ((n * tokens + t) * 3 + which) * dim;
      const products = new Float64Array(features * dim);
      const sums = new Float64Array(features);
      const toProducts = new Float64Array(features * dim);
      const toSums = new Float64Array(features);
      for (let t = 0; t < tokens; t++)
        for (let m = 0; m < features; m++) {
          keys[t * features + m] = feature(source, row(t, 0), w, m, dim, features);
          queries[t * features + m] = feature(source, row(t, 1), w, m, dim, features);
          const key = keys[t * features + m] as number;
          sums[m] = (sums[m] as number) + key;
          for (let d = 0; d < dim; d++)
            products[m * dim + d] = (products[m * dim + d] as number) + key * (source[row(t, 2) + d] as number);
        }
      for (let t = 0; t < tokens; t++) {
        let below = EPSILON;
        for (let m = 0; m < features; m++) below += (queries[t * features + m] as number) * (sums[m] as number);
        let toBelow = 0;
        for (let d = 0; d < dim; d++) {
          let top = 0;
          for (let m = 0; m < features; m++)
            top += (queries[t * features + m] as number) * (products[m * dim + d] as number);
          toBelow -= ((upstream[(n * tokens + t) * dim + d] as number) * top) / (below * below);
        }
        for (let m = 0; m < features; m++) {
          const query = queries[t * features + m] as number;
          let toQuery = toBelow * (sums[m] as number);
          toSums[m] = (toSums[m] as number) + query * toBelow;
          for (let d = 0; d < dim; d++) {
            const toTop = (upstream[(n * tokens + t) * dim + d] as number) / below;
            toQuery += toTop * (products[m * dim + d] as number);
            toProducts[m * dim + d] = (toProducts[m * dim + d] as number) + query * toTop;
          }
          toQueries[t * features + m] = toQuery;
        }
      }
      for (let t = 0; t < tokens; t++)
        for (let m = 0; m < features; m++) {
          let toKey = toSums[m] as number;
          for (let d = 0; d < dim; d++) {
            const place = row(t, 2) + d;
            toKey += (toProducts[m * dim + d] as number) * (source[place] as number);
            toInput[place] =
              (toInput[place] as number) + (keys[t * features + m] as number) * (toProducts[m * dim + d] as number);
          }
          toKeys[t * features + m] = toKey;
        }
      for (const [which, values, slopes] of [
        [0, keys, toKeys],
        [1, queries, toQueries],
      ] as const)
        for (let t = 0; t < tokens; t++)
          for (let m = 0; m < features; m++) {
            const slope = (slopes[t * features + m] as number) * (values[t * features + m] as number);
            for (let d = 0; d < dim; d++) {
              const place = row(t, which) + d;
              toInput[place] =
                (toInput[place] as number) + slope * ((w[m * dim + d] as number) - (source[place] as number));
              toW[m * dim + d] = (toW[m * dim + d] as number) + slope * (source[place] as number);
            }
          }
    }
    return numbers(part === 'input' ? toInput : toW);
  },
});

/** exp(w_m · x − |x|²/2) / √features. */
function feature(x: Float32Array, from: number, w: Float32Array, m: number, dim: number, features: number): number {
  let [dot, squares] = [0, 0];
  for (let d = 0; d < dim; d++) {
    const value = x[from + d] as number;
    dot += (w[m * dim + d] as number) * value;
    squares += value * value;
  }
  return Math.exp(dot - squares / 2) / Math.sqrt(features);
}

export const performerDerivative = derive(performerAttention, (g, n, dy) => {
  const part = (asked: PerformerPart['part']) => () =>
    g.add(performerGradient, { ...n.attrs, part: asked }, [dy, n.inputs[0] as string], n.params);
  return { inputs: [part('input')], params: { w: part('w') } };
});
