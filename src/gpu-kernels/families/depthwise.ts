// `depthwise`: one filter a channel, or several siblings' filters on the same channels.
import { elements } from '../op.ts';
import type { Numbers } from '../step.ts';
import type { FamilyOf } from './family.ts';
import { instanceNormalised, type InstanceNorm } from './instance-norm.ts';
import { loaded, shapeOf, stored } from './riders.ts';
import { convolve, type Window } from './window.ts';

/**
 * weights: `weight` `[O, 1, KH, KW]`, `bias` `[O]`, O = repeat × C.
 * `repeat` > 1: output channel c reads input channel c mod C (two siblings on one input merged into one dispatch).
 * Optional output 1 `…#sums` or `…#moments` (riders.ts).
 */
export interface DepthwiseAttrs extends Window {
  readonly repeat: number;
  readonly instance?: InstanceNorm;
}

export const depthwise: FamilyOf<DepthwiseAttrs> = {
  reference(step, data) {
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const [own, channels] = [input[3] as number, output[3] as number];
    const x = loaded(step, data, instanceNormalised(step, data));
    const wide = [...input.slice(0, 3), channels];
    const repeated =
      own === channels
        ? x
        : Float64Array.from({ length: elements(wide) }, (_, i) => x[Math.floor(i / channels) * own + (i % own)]!);
    const values = convolve({
      x: repeated,
      input: wide,
      output,
      weight: data.weights.weight as Numbers,
      bias: data.weights.bias as Numbers,
      window: step.attrs,
      groups: channels,
    });
    return stored(step, values, data);
  },
};
