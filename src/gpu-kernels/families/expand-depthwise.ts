// `expandDepthwise`: a 1×1 expansion, then a depthwise convolution; the expanded map is never stored.
import type { Shape } from '../op.ts';
import type { Numbers, Rider } from '../step.ts';
import type { FamilyOf } from './family.ts';
import { loaded, ride, shapeOf, stored } from './riders.ts';
import { convolve, onePoint, type Window } from './window.ts';

/**
 * inputs `[x]` `[N, H, W, K]`; output `[N, H', W', E]`.
 * weights: `expandWeight` `[E, K/groups]`, `expandBias` `[E]`, `weight` `[E, 1, KH, KW]`, `bias` `[E]`.
 * `middle`: unary and channel riders on the expanded value (padding is zeros of the value after them). Optional output 1 `…#sums` (riders.ts).
 */
export interface ExpandDepthwiseAttrs extends Window {
  readonly middle: readonly Rider[];
  /** Of the expansion; absent: 1. */
  readonly groups?: number;
}

export const expandDepthwise: FamilyOf<ExpandDepthwiseAttrs> = {
  reference(step, data) {
    const w = (role: string): Numbers => data.weights[role] as Numbers;
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const channels = output[3] as number;
    const wide: Shape = [...input.slice(0, 3), channels];
    const expanded = convolve({
      x: loaded(step, data),
      input,
      output: wide,
      weight: w('expandWeight'),
      bias: w('expandBias'),
      window: onePoint(),
      groups: step.attrs.groups ?? 1,
    });
    const values = convolve({
      x: ride(step.attrs.middle, expanded, wide, step, data),
      input: wide,
      output,
      weight: w('weight'),
      bias: w('bias'),
      window: step.attrs,
      groups: channels,
    });
    return stored(step, values, data);
  },
};
