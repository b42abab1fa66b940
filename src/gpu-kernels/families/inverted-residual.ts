// `invertedResidual` (MobileNetV2, arXiv 1801.04381): expansion, depthwise, projection; neither map between them is stored.
import type { Shape } from '../op.ts';
import type { Numbers, Rider } from '../step.ts';
import type { FamilyOf } from './family.ts';
import { loaded, ride, shapeOf, stored } from './riders.ts';
import { convolve, onePoint, type Window } from './window.ts';

/**
 * inputs `[x]` `[N, H, W, K]`; output `[N, H', W', O]`.
 * weights: `expandWeight` `[E, K]`, `expandBias` `[E]`, `depthwiseWeight` `[E, 1, KH, KW]`, `depthwiseBias` `[E]`, `weight` `[O, E]`, `bias` `[O]`.
 * `middle` and `inner`: unary and channel riders on the expanded and on the filtered value.
 */
export interface InvertedResidualAttrs extends Window {
  readonly middle: readonly Rider[];
  readonly inner: readonly Rider[];
}

export const invertedResidual: FamilyOf<InvertedResidualAttrs> = {
  reference(step, data) {
    const w = (role: string): Numbers => data.weights[role] as Numbers;
    const { middle, inner, ...window } = step.attrs;
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const channels = w('expandBias').length;
    const wide: Shape = [...input.slice(0, 3), channels];
    const thin: Shape = [...output.slice(0, 3), channels];
    const product = (x: Numbers, from: Shape, to: Shape, weight: string, bias: string): Float64Array =>
      convolve({ x, input: from, output: to, weight: w(weight), bias: w(bias), window: onePoint(), groups: 1 });
    const expanded = product(loaded(step, data), input, wide, 'expandWeight', 'expandBias');
    const filtered = convolve({
      x: ride(middle, expanded, wide, step, data),
      input: wide,
      output: thin,
      weight: w('depthwiseWeight'),
      bias: w('depthwiseBias'),
      window,
      groups: channels,
    });
    return stored(step, product(ride(inner, filtered, thin, step, data), thin, output, 'weight', 'bias'), data);
  },
};
