// `conv2d`: a dense or grouped k×k convolution of a map.
import type { Numbers } from '../step.ts';
import type { FamilyOf } from './family.ts';
import { loaded, shapeOf, stored } from './riders.ts';
import { convolve, type Window } from './window.ts';

/** Map `[N, H, W, C]` in and out. weights: `weight` `[O, I/groups, KH, KW]`, `bias` `[O]`. */
export interface Conv2dStepAttrs extends Window {
  readonly groups: number;
}

export const conv2d: FamilyOf<Conv2dStepAttrs> = {
  reference(step, data) {
    const values = convolve({
      x: loaded(step, data),
      input: shapeOf(step.inputs[0]),
      output: shapeOf(step.outputs[0]),
      weight: data.weights.weight as Numbers,
      bias: data.weights.bias as Numbers,
      window: step.attrs,
      groups: step.attrs.groups,
    });
    return stored(step, values, data);
  },
};
