// `performerSums`, then `performer` (FAVOR+, arXiv 2009.14794): softmax attention approximated in time linear in the tokens, in two steps.
import { elements } from '../op.ts';
import type { Numbers } from '../step.ts';
import type { FamilyOf } from './family.ts';
import { shapeOf, stored } from './riders.ts';

/**
 * inputs `[kqv]` tokens `[N, T, 3·dim]` (key, query, value), weights `w` `[features, dim]`.
 * Sums: f32 output `[N, features, dim + 4]`: row m = Σ_t φ_m(k_t)·v_t, then Σ_t φ_m(k_t) at channel dim (dim is a multiple of 4; the last three are 0).
 * `performer`: inputs `[kqv, sums]`, output `[N, T, dim]` = φ(q)·sums / (φ(q)·Σφ(k) + 1e-8). φ(x) = exp(w·x − |x|²/2) / √m.
 */
export interface PerformerStepAttrs {
  readonly dim: number;
  readonly features: number;
}

/** φ of the vector of `dim` numbers at `from`. */
function phi({ dim, features }: PerformerStepAttrs, x: Numbers, from: number, w: Numbers): Float64Array {
  let squares = 0;
  for (let d = 0; d < dim; d++) squares += x[from + d]! ** 2;
  return Float64Array.from({ length: features }, (_, m) => {
    let dot = 0;
    for (let d = 0; d < dim; d++) dot += w[m * dim + d]! * x[from + d]!;
    return Math.exp(dot - squares / 2) / Math.sqrt(features);
  });
}

export const performerSums: FamilyOf<PerformerStepAttrs> = {
  reference({ attrs, inputs, outputs }, data) {
    const { dim, features } = attrs;
    const [batch, tokens] = shapeOf(inputs[0]) as [number, number, number];
    const [x, w] = [data.inputs[0] as Numbers, data.weights.w as Numbers];
    const sums = new Float64Array(elements(shapeOf(outputs[0])));
    for (let n = 0; n < batch; n++)
      for (let t = 0; t < tokens; t++) {
        const from = (n * tokens + t) * 3 * dim;
        phi(attrs, x, from, w).forEach((share, m) => {
          const row = (n * features + m) * (dim + 4);
          for (let d = 0; d < dim; d++) sums[row + d] = sums[row + d]! + share * x[from + 2 * dim + d]!;
          sums[row + dim] = sums[row + dim]! + share;
        });
      }
    return [sums];
  },
};

export const performer: FamilyOf<PerformerStepAttrs> = {
  reference(step, data) {
    const { dim, features } = step.attrs;
    const [batch, tokens] = shapeOf(step.inputs[0]) as [number, number, number];
    const [x, sums] = data.inputs as readonly [Numbers, Numbers];
    const values = new Float64Array(batch * tokens * dim);
    for (let n = 0; n < batch; n++)
      for (let t = 0; t < tokens; t++) {
        const to = (n * tokens + t) * dim;
        const shares = phi(step.attrs, x, (n * tokens + t) * 3 * dim + dim, data.weights.w as Numbers);
        const row = (m: number): number => (n * features + m) * (dim + 4);
        const total = shares.reduce((sum, share, m) => sum + share * sums[row(m) + dim]!, 1e-8);
        for (let d = 0; d < dim; d++)
          values[to + d] = shares.reduce((sum, share, m) => sum + share * sums[row(m) + d]!, 0) / total;
      }
    return stored(step, values, data);
  },
};
