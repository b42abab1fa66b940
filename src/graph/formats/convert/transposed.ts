// A transposed convolution as ops that are there: each of the stride² phases of its result is a convolution of its own, all of them one, laid out as squares of pixels.
import { mapOf, valueOf } from './maps.ts';
import { Unfit, type Emitter, type Val, madeUp } from './emitter.ts';

export interface TransposedWindow {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Rows and columns of the full result that are left out at its beginning. */
  readonly pads: readonly [number, number];
  /** Rows and columns of the result. */
  readonly out: readonly [number, number];
}

interface Filters {
  readonly groups: number;
  readonly outputs: number;
  /** Weight from input channel `i` of output channel `o`'s group, at a tap. */
  readonly at: (o: number, i: number, row: number, column: number) => number;
  readonly bias: Float32Array | undefined;
}

/**
 * Along an axis full[s·q + r] = Σ x[q − t] · w[r + s·t]: phase r is a convolution with the taps r, r + s, … from the last to the first.
 * Taps are computed once each; only where the stride does not divide the window some are zeros.
 */
export function transposedConvolution(
  e: Emitter,
  x: Val,
  first: boolean,
  window: TransposedWindow,
  filters: Filters,
): Val {
  const { kernel, stride, dilation, pads, out } = window;
  const [s] = stride;
  const map = mapOf(e, x, first);
  if (stride[1] !== s || dilation.some((step) => step !== 1))
    return valueOf(e, spread(e, map, window, filters), x.shape.length, first);
  const [, height = 1, width = 1, channels = 1] = e.shapeOf(map);
  const taps = kernel.map((size) => Math.ceil(size / s)) as [number, number];
  const axes = ([0, 1] as const).map((axis) => {
    const size = axis === 0 ? height : width;
    const from = Math.min(Math.floor(pads[axis] / s), taps[axis] - 1);
    const count = Math.ceil((pads[axis] + out[axis]) / s) - from;
    const before = taps[axis] - 1 - from;
    return { before, after: Math.max(0, count - size - before + taps[axis] - 1), start: pads[axis] - s * from };
  }) as [Axis, Axis];
  const { groups, outputs, at, bias } = filters;
  const inputs = channels / groups;
  const weight = madeUp(outputs * s * s * inputs * taps[0] * taps[1]);
  let to = 0;
  for (let o = 0; o < outputs; o++)
    for (let phase = 0; phase < s * s; phase++)
      for (let i = 0; i < inputs; i++)
        for (let v = taps[0] - 1; v >= 0; v--)
          for (let u = taps[1] - 1; u >= 0; u--, to++) {
            const [row, column] = [Math.floor(phase / s) + s * v, (phase % s) + s * u];
            if (row < kernel[0] && column < kernel[1]) weight[to] = at(o, i, row, column);
          }
  const wide = bias && Float32Array.from({ length: outputs * s * s }, (_, at) => bias[Math.floor(at / s / s)]!);
  const attrs = {
    out: outputs * s * s,
    kernel: taps,
    stride: [1, 1],
    dilation: [1, 1],
    padding: [axes[0].before, axes[0].after, axes[1].before, axes[1].after],
    groups,
    bias: bias !== undefined,
  };
  let id = e.add('conv2d', attrs, [map], wide ? { weight, bias: wide } : { weight }, s > 1 ? 'phases' : '');
  if (s > 1) id = e.add('pixel_shuffle', { factor: s }, [id]);
  for (const axis of [0, 1] as const)
    if (e.shapeOf(id)[1 + axis] !== out[axis])
      id = e.add('slice', { axis: 1 + axis, start: axes[axis].start, size: out[axis] }, [id], {}, 'cut');
  return valueOf(e, id, x.shape.length, first);
}

interface Axis {
  /** Zeros before and after the map, and where the result begins in what is computed. */
  readonly before: number;
  readonly after: number;
  readonly start: number;
}

/** Any strides and dilation: zeros between the pixels, then the turned window over them. */
function spread(e: Emitter, map: string, window: TransposedWindow, { groups, outputs, at, bias }: Filters): string {
  const { kernel, stride, dilation, pads, out } = window;
  const [n = 1, height = 1, width = 1, channels = 1] = e.shapeOf(map);
  const [rows, columns] = [(height - 1) * stride[0] + 1, (width - 1) * stride[1] + 1];
  const index = madeUp(n * rows * columns * channels).fill(-1);
  for (let i = 0, from = 0; i < n; i++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++, from++)
          index[((i * rows + y * stride[0]) * columns + x * stride[1]) * channels + c] = from;
  const wide = stride.some((step) => step > 1);
  const shape = [n, rows, columns, channels];
  const id = wide ? e.add('rearrange', { shape }, [map], { index }, 'spread') : map;
  const sides = ([0, 1] as const).map((axis) => {
    const reach = (kernel[axis] - 1) * dilation[axis];
    const before = reach - pads[axis];
    const after = out[axis] + reach - (axis === 0 ? rows : columns) - before;
    if (before < 0 || after < 0) throw new Unfit('is transposed and cut deeper than its window reaches');
    return [before, after] as const;
  });
  const inputs = channels / groups;
  const weight = madeUp(outputs * inputs * kernel[0] * kernel[1]);
  let to = 0;
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let row = kernel[0] - 1; row >= 0; row--)
        for (let column = kernel[1] - 1; column >= 0; column--, to++) weight[to] = at(o, i, row, column);
  const attrs = {
    out: outputs,
    kernel,
    stride: [1, 1],
    dilation,
    padding: sides.flat(),
    groups,
    bias: bias !== undefined,
  };
  return e.add('conv2d', attrs, [id], bias ? { weight, bias } : { weight });
}
