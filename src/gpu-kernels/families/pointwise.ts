// `pointwise`: a matrix product over the last axis, with a strided form on maps and a form that averages its own result.
import { moments } from '../ops/moments.ts';
import { elements, type Shape } from '../op.ts';
import type { Numbers, Rider, StepShape, Value } from '../step.ts';
import type { FamilyOf, StepData } from './family.ts';
import { gate as gateFamily } from './gate.ts';
import { instanceNormalised, type InstanceNorm } from './instance-norm.ts';
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
  /**
   * A squeeze-excite gate on the input, made from sums of its channels: inputs[input] `[N, parts, K]`, and the weights `gateW1` `[R, K]`,
   * `gateB1` `[R]`, `gateW2` `[K, R]`, `gateB2` `[K]`; riders `act` after the first layer, `last` after the second. It comes before the prologue.
   */
  readonly gate?: PointwiseGate;
  readonly instance?: InstanceNorm;
}

export interface PointwiseGate {
  readonly input: number;
  readonly pixels: number;
  readonly hidden: number;
  readonly act: readonly Rider[];
  readonly last: readonly Rider[];
}

export const pointwise: FamilyOf<PointwiseAttrs> = {
  reference(step, data) {
    const { groups, stride, pool, norm } = step.attrs;
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const wide: Shape = pool ? [...input.slice(0, -1), output.at(-1) as number] : output;
    const x = gated(step, data);
    const values = convolve({
      x,
      input: stride[0] * stride[1] > 1 ? input : asMap(input),
      output: asMap(wide),
      weight: data.weights.weight as Numbers,
      bias: data.weights.bias as Numbers,
      window: onePoint(stride),
      groups,
    });
    if (norm) normalise(values, x, input.at(-1) as number, norm.eps, data);
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

/** The input as it is multiplied: gated, then through the prologue. */
function gated(step: StepShape<string, PointwiseAttrs>, data: StepData): Numbers {
  const { gate } = step.attrs;
  if (!gate) return loaded(step, data, instanceNormalised(step, data));
  const shape = shapeOf(step.inputs[0]);
  const [batch, channels] = [shape[0] as number, shape.at(-1) as number];
  const vector: Shape = [batch, 1, 1, channels];
  const sums = step.inputs[gate.input] as Value;
  const [values] = gateFamily.reference(
    {
      ...step,
      inputs: [sums],
      outputs: [{ id: sums.id, shape: vector }],
      attrs: { from: 'sums', pixels: gate.pixels, hidden: gate.hidden, act: gate.act },
      prologue: [],
      epilogue: gate.last,
    },
    {
      inputs: [data.inputs[gate.input] as Numbers],
      weights: Object.fromEntries(
        (['W1', 'B1', 'W2', 'B2'] as const).map((role) => [role.toLowerCase(), data.weights[`gate${role}`] as Numbers]),
      ),
    },
  ) as [Numbers];
  const x = data.inputs[0] as Numbers;
  const each = x.length / batch;
  const scaled = Float64Array.from(
    { length: x.length },
    (_, i) => x[i]! * values[Math.floor(i / each) * channels + (i % channels)]!,
  );
  return ride(step.prologue, scaled, shape, step, data);
}
