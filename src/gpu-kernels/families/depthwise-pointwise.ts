// `depthwisePointwise`: a depthwise convolution, then a 1×1; the filtered map is never stored.
import type { Shape } from '../op.ts';
import type { Numbers, Rider } from '../step.ts';
import type { FamilyOf } from './family.ts';
import { loaded, ride, shapeOf, stored } from './riders.ts';
import { convolve, onePoint, type Window } from './window.ts';

/**
 * inputs `[x]` `[N, H, W, C]`; output `[N, H', W', N]`.
 * weights: `depthwiseWeight` `[C, 1, KH, KW]`, `depthwiseBias` `[C]`, `weight` `[N, C]`, `bias` `[N]`.
 * `middle`: unary and channel riders between the two.
 */
export interface DepthwisePointwiseAttrs extends Window {
  readonly middle: readonly Rider[];
}

export const depthwisePointwise: FamilyOf<DepthwisePointwiseAttrs> = {
  reference(step, data) {
    const w = (role: string): Numbers => data.weights[role] as Numbers;
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const channels = input[3] as number;
    const thin: Shape = [...output.slice(0, 3), channels];
    const filtered = convolve({
      x: loaded(step, data),
      input,
      output: thin,
      weight: w('depthwiseWeight'),
      bias: w('depthwiseBias'),
      window: step.attrs,
      groups: channels,
    });
    const values = convolve({
      x: ride(step.attrs.middle, filtered, thin, step, data),
      input: thin,
      output,
      weight: w('weight'),
      bias: w('bias'),
      window: onePoint(),
      groups: 1,
    });
    return stored(step, values, data);
  },
};
