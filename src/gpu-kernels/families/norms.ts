// `layerNorm`, `groupNorm` and `evonormB0`: norms whose statistics come from the value itself, so that no weights can absorb them.
import { moments } from '../ops/moments.ts';
import { eachGroup } from '../ops/norm.ts';
import type { Numbers, StepShape } from '../step.ts';
import type { FamilyOf, StepData } from './family.ts';
import { loaded, shapeOf, stored } from './riders.ts';

/** Over the channel. weights `gamma` `[C]`, `beta` `[C]`. */
export interface LayerNormAttrs {
  readonly eps: number;
}

/** Over pixels and C/groups channels, and EvoNorm-S0 (`v` present: numerator x·sigmoid(v·x)). weights `gamma`, `beta`, optional `v`. */
export interface GroupNormAttrs {
  readonly groups: number;
  readonly eps: number;
}

/** x / max(sqrt(var), v·x + sqrt(varInstance(H, W) + eps)) · gamma + beta. weights `v`, `deviation` (sqrt(running var + eps)), `gamma`, `beta`. */
export interface EvonormB0Attrs {
  readonly eps: number;
}

/** `normal` of every element, given the mean and variance of its group of channels, then scale and shift per channel. */
function normalised(
  step: StepShape<string, unknown>,
  data: StepData,
  groups: number,
  normal: (value: number, mean: number, variance: number, channel: number) => number,
): Float64Array[] {
  const shape = shapeOf(step.inputs[0]);
  const channels = shape.at(-1) as number;
  const width = channels / groups;
  const x = loaded(step, data);
  const { gamma, beta } = data.weights as Readonly<Record<'gamma' | 'beta', Numbers>>;
  const values = new Float64Array(x.length);
  eachGroup(shape, groups, (from, pixels, group) => {
    const { mean, variance } = moments(x, from, pixels, channels, width);
    for (let p = 0, at = from; p < pixels; p++, at += channels)
      for (let i = 0; i < width; i++) {
        const c = group * width + i;
        values[at + i] = normal(x[at + i]!, mean, variance, c) * gamma[c]! + beta[c]!;
      }
  });
  return stored(step, values, data);
}

export const layerNorm: FamilyOf<LayerNormAttrs> = {
  reference(step, data) {
    const channels = shapeOf(step.inputs[0]).at(-1) as number;
    const x = loaded(step, data);
    const { gamma, beta } = data.weights as Readonly<Record<'gamma' | 'beta', Numbers>>;
    const values = new Float64Array(x.length);
    for (let row = 0; row < x.length; row += channels) {
      const { mean, variance } = moments(x, row, 1, channels, channels);
      const scale = 1 / Math.sqrt(variance + step.attrs.eps);
      for (let c = 0; c < channels; c++) values[row + c] = (x[row + c]! - mean) * scale * gamma[c]! + beta[c]!;
    }
    return stored(step, values, data);
  },
};

export const groupNorm: FamilyOf<GroupNormAttrs> = {
  reference(step, data) {
    const { groups, eps } = step.attrs;
    const { v } = data.weights;
    return normalised(
      step,
      data,
      groups,
      (value, mean, variance, c) =>
        (v ? value / (1 + Math.exp(-v[c]! * value)) : value - mean) / Math.sqrt(variance + eps),
    );
  },
};

export const evonormB0: FamilyOf<EvonormB0Attrs> = {
  reference(step, data) {
    const { v, deviation } = data.weights as Readonly<Record<'v' | 'deviation', Numbers>>;
    return normalised(
      step,
      data,
      shapeOf(step.inputs[0]).at(-1) as number,
      (value, _mean, variance, c) =>
        value / Math.max(deviation[c]!, v[c]! * value + Math.sqrt(variance + step.attrs.eps)),
    );
  },
};
