// `pointwise`: a matrix product over the last axis, with a strided form on maps and a form that averages its own result.
import { moments } from '../ops/moments.ts';
import { elements, type Shape } from '../op.ts';
import type { Numbers } from '../step.ts';
import type { FamilyOf, StepData } from './family.ts';
import type { LayerNormAttrs } from './norms.ts';
import { channelSums, loaded, ride, shapeOf, stored } from './riders.ts';
import { asMap, convolve, onePoint } from './window.ts';

/**
 * inputs `[x]`: `[…, K]`; output `[…, N]`, rows = product of the other axes. weights: `weight` `[N, K/groups]`, `bias` `[N]`.
 * `stride` > 1: a strided 1×1 convolution on a map, output pixel (y, x) reads input pixel (y·sy, x·sx).
 * `pool: 'mean'`: the result after the epilogue is averaged over all pixels; output `[N, C]` (or `[N, 1, 1, C]`).
 * Prologue riders: SE gate (`binary mul`, `[N, 1, 1, K]` or `[N, K]`), per-channel scale and shift (`channel`), unary.
 */
export interface PointwiseAttrs {
  readonly groups: number;
  readonly stride: readonly [number, number];
  readonly pool?: 'mean';
  /**
   * A layer norm of every input row before the product, with scale and shift in the weights (`weight` = W·γ, `bias` = W·β + b) and the
   * sums of the weights' rows in `total` `[N]`: (x − mean)·s·W = s·(x·W − mean·total).
   */
  readonly norm?: LayerNormAttrs;
}

export const pointwise: FamilyOf<PointwiseAttrs> = {
  reference(step, data) {
    const { groups, stride, pool, norm } = step.attrs;
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const wide: Shape = pool ? [...input.slice(0, -1), output.at(-1) as number] : output;
    const values = convolve({
      x: loaded(step, data),
      input: stride[0] * stride[1] > 1 ? input : asMap(input),
      output: asMap(wide),
      weight: data.weights.weight as Numbers,
      bias: data.weights.bias as Numbers,
      window: onePoint(stride),
      groups,
    });
    if (norm) normalise(values, loaded(step, data), input.at(-1) as number, norm.eps, data);
    if (!pool) return stored(step, values, data);
    const pixels = elements(wide.slice(1, -1));
    return [channelSums(ride(step.epilogue, values, wide, step, data), wide).map((sum) => sum / pixels)];
  },
};

/** Turns the products of rows as they are into those of normalised rows. */
function normalise(values: Float64Array, x: Numbers, width: number, eps: number, data: StepData): void {
  const { total, bias } = data.weights as Readonly<Record<'total' | 'bias', Numbers>>;
  for (let i = 0; i < values.length; i++) {
    const c = i % total.length;
    const { mean, variance } = moments(x, Math.floor(i / total.length) * width, 1, width, width);
    values[i] = (values[i]! - bias[c]! - mean * total[c]!) / Math.sqrt(variance + eps) + bias[c]!;
  }
}
