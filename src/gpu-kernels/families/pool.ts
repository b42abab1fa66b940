// `pool`: sliding average, maximum or binomial blur of a map.
import { elements } from '../op.ts';
import { binomialFilter } from '../ops/blur-pool.ts';
import type { FamilyOf } from './family.ts';
import { loaded, shapeOf, stored } from './riders.ts';
import type { Window } from './window.ts';

/**
 * `border`: what lies beyond the map of a blur. `countPad`: padded zeros count in the average's divisor.
 * `ends`: row and column where a window ends at the latest (input size + trailing padding); what lies beyond never counts.
 */
export interface PoolAttrs extends Window {
  readonly mode: 'avg' | 'max' | 'blur';
  readonly border?: 'reflect' | 'zeros';
  readonly countPad: boolean;
  readonly ends: readonly [number, number];
}

/** The pixel that stands at `at`, mirrored at the border where asked for; −1 where there is none. */
function pixelAt(at: number, length: number, border: PoolAttrs['border']): number {
  if (at >= 0 && at < length) return at;
  if (border !== 'reflect') return -1;
  return at < 0 ? -at : 2 * (length - 1) - at;
}

export const pool: FamilyOf<PoolAttrs> = {
  reference(step, data) {
    const { mode, border, countPad, ends, kernel, stride, dilation, pads } = step.attrs;
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const [, height, width, channels] = input as [number, number, number, number];
    const [, outHeight, outWidth] = output as [number, number, number, number];
    const x = loaded(step, data);
    const filter = binomialFilter(kernel[0]);
    const beyond = mode === 'blur' ? border : undefined;
    const values = Float64Array.from({ length: elements(output) }, (_, i) => {
      const pixel = Math.floor(i / channels);
      const [ox, oy] = [pixel % outWidth, Math.floor(pixel / outWidth) % outHeight];
      const n = Math.floor(pixel / (outWidth * outHeight));
      let [sum, most, count, blurred] = [0, -Infinity, 0, 0];
      for (let ky = 0; ky < kernel[0]; ky++)
        for (let kx = 0; kx < kernel[1]; kx++) {
          const [row, column] = [
            oy * stride[0] + ky * dilation[0] - pads[0],
            ox * stride[1] + kx * dilation[1] - pads[1],
          ];
          if (countPad && row < ends[0] && column < ends[1]) count++;
          const [ry, rx] = [pixelAt(row, height, beyond), pixelAt(column, width, beyond)];
          if (ry < 0 || rx < 0) continue;
          if (!countPad) count++;
          const value = x[((n * height + ry) * width + rx) * channels + (i % channels)]!;
          sum += value;
          most = Math.max(most, value);
          blurred += filter[ky]! * (filter[kx] ?? 0) * value;
        }
      if (mode === 'blur') return blurred;
      return mode === 'max' ? most : sum / Math.max(1, count);
    });
    return stored(step, values, data);
  },
};
