// `mixedDepthwise` (MixConv, arXiv 1907.09595): consecutive runs of channels, each with a window of its own.
import { elements } from '../op.ts';
import type { Numbers } from '../step.ts';
import type { FamilyOf } from './family.ts';
import { loaded, shapeOf, stored } from './riders.ts';
import { convolve, type Window } from './window.ts';

/**
 * Part i has window `windows[i]` and `splits[i]` channels, which need not be multiples of 4.
 * weights: `weight0`, `weight1`, … each `[splits[i], 1, k, k]`, `bias` `[C]`. Optional output 1 `…#sums` (riders.ts).
 */
export interface MixedDepthwiseAttrs {
  readonly splits: readonly number[];
  readonly windows: readonly Window[];
}

export const mixedDepthwise: FamilyOf<MixedDepthwiseAttrs> = {
  reference(step, data) {
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const channels = output[3] as number;
    const x = loaded(step, data);
    const values = new Float64Array(elements(output));
    let first = 0;
    step.attrs.windows.forEach((window, part) => {
      const count = step.attrs.splits[part] as number;
      const place = (i: number): number => Math.floor(i / count) * channels + first + (i % count);
      const own = convolve({
        x: Float64Array.from({ length: (x.length / channels) * count }, (_, i) => x[place(i)]!),
        input: [...input.slice(0, 3), count],
        output: [...output.slice(0, 3), count],
        weight: data.weights[`weight${part}`] as Numbers,
        bias: (data.weights.bias as Numbers).slice(first, first + count),
        window,
        groups: count,
      });
      own.forEach((value, i) => (values[place(i)] = value));
      first += count;
    });
    return stored(step, values, data);
  },
};
