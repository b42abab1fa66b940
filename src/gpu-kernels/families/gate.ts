// `gate` (squeeze-excite, arXiv 1709.01507): mean → FC → act → FC → gate, one vector a picture.
import type { Shape } from '../op.ts';
import type { Numbers, Rider } from '../step.ts';
import type { FamilyOf } from './family.ts';
import { channelSums, loaded, ride, shapeOf, stored } from './riders.ts';
import { convolve, onePoint } from './window.ts';

/**
 * Output `[N, 1, 1, C]`. inputs `[map]` `[N, H, W, C]` (`from: 'map'`) or `[sums]` `[N, parts, C]` (`from: 'sums'`; `pixels` = H·W to divide by).
 * weights: `w1` `[R, C]`, `b1` `[R]`, `w2` `[O, R]`, `b2` `[O]`. `act` riders after the first FC, `epilogue` riders (the gate function) after the second.
 */
export interface GateAttrs {
  readonly from: 'map' | 'sums';
  readonly pixels: number;
  readonly hidden: number;
  readonly act: readonly Rider[];
}

export const gate: FamilyOf<GateAttrs> = {
  reference(step, data) {
    const w = (role: string): Numbers => data.weights[role] as Numbers;
    const { pixels, hidden, act } = step.attrs;
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const vector = (channels: number): Shape => [input[0] as number, 1, 1, channels];
    const layer = (x: Numbers, from: Shape, to: Shape, n: 1 | 2): Float64Array =>
      convolve({ x, input: from, output: to, weight: w(`w${n}`), bias: w(`b${n}`), window: onePoint(), groups: 1 });
    const mean = channelSums(loaded(step, data), input).map((sum) => sum / pixels);
    const inner = layer(mean, vector(input.at(-1) as number), vector(hidden), 1);
    return stored(step, layer(ride(act, inner, vector(hidden), step, data), vector(hidden), output, 2), data);
  },
};
