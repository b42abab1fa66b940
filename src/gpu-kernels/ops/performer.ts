// Performer attention (FAVOR+, arXiv 2009.14794) as T2T-ViT uses it: softmax attention approximated in time linear in the tokens.
import * as v from 'valibot';
import { defineOp, elements, ShapeError, type Shape } from '../op.ts';
import { count } from './attributes.ts';
import { tokensOf } from './operands.ts';

const performerAttrs = v.strictObject({
  /** Channels of one of key, query and value. */
  dim: count,
  /** Number m of random features. */
  features: count,
});
export type PerformerAttrs = v.InferOutput<typeof performerAttrs>;

/** Keeps the quotient finite where every feature of a query vanishes (T2T-ViT, `token_performer`). */
const EPSILON = 1e-8;

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
    const result = new Float32Array(elements(output));
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
});
