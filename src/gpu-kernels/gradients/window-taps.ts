// Windows without weights as taps along one axis, whose adjoint is their derivative: averages, cells, blurs, resizes.
import { cellsOf } from '../ops/adaptive-pool.ts';
import { binomialFilter, blurPadding, type BlurPoolAttrs } from '../ops/blur-pool.ts';
import { poolWindow, type AvgPool2dAttrs } from '../ops/pool.ts';
import { resizeTaps } from '../ops/resize.ts';
import type { Shape } from '../shape.ts';
import type { AxisTaps, Tap } from './reduce.ts';

/** Of an average; its divisor is that of the rows times that of the columns. */
export function avgPoolTaps(input: Shape, a: AvgPool2dAttrs, axis: 0 | 1): AxisTaps {
  const { out, begin, end } = poolWindow(input, a)[axis];
  const length = input[axis + 1] as number;
  return Array.from({ length: out }, (_, i): Tap[] => {
    const first = i * a.stride[axis] - begin;
    const last = Math.min(first + a.kernel[axis], end);
    const [low, high] = [Math.max(first, 0), Math.min(last, length)];
    const divisor = a.countIncludePad ? last - first : high - low;
    return Array.from({ length: high - low }, (__, k): Tap => [low + k, 1 / divisor]);
  });
}

export const cellTaps = (length: number, cells: number): AxisTaps =>
  cellsOf(length, cells).map(([begin, end]) =>
    Array.from({ length: end - begin }, (_, k): Tap => [begin + k, 1 / (end - begin)]),
  );

export function blurTaps(length: number, out: number, a: BlurPoolAttrs): AxisTaps {
  const filter = binomialFilter(a.size);
  const pad = blurPadding(a);
  return Array.from({ length: out }, (_, i) =>
    filter.flatMap((weight, k): Tap[] => {
      const at = i * a.stride - pad + k;
      if (at >= 0 && at < length) return [[at, weight]];
      return a.border === 'zeros' ? [] : [[at < 0 ? -at : 2 * (length - 1) - at, weight]];
    }),
  );
}

export const resizeAxisTaps = (length: number, out: number, a: Parameters<typeof resizeTaps>[2]): AxisTaps =>
  resizeTaps(length, out, a).map(({ low, high, part }): Tap[] =>
    part === 0
      ? [[low, 1]]
      : [
          [low, 1 - part],
          [high, part],
        ],
  );
