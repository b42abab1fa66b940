// Convolution window arithmetic shared by every sliding-window op: TensorFlow SAME, symmetric and explicit padding.

/**
 * `same`: TensorFlow's rule, output = ceil(in / stride), the odd row or column goes to the end.
 * number: that many on both sides (PyTorch). Four numbers: top, bottom, left, right.
 */
export type Padding = 'same' | number | readonly [number, number, number, number];

/** Padding before and after one axis, in elements. `axis` 0 = height, 1 = width. */
export function padAxis(
  padding: Padding,
  axis: 0 | 1,
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
): readonly [number, number] {
  if (typeof padding === 'number') return [padding, padding];
  if (padding !== 'same') return axis === 0 ? [padding[0], padding[1]] : [padding[2], padding[3]];
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + (kernel - 1) * dilation + 1 - size);
  const begin = Math.floor(total / 2);
  return [begin, total - begin];
}

/** Output length of a sliding window along one axis (floor rule); ≤ 0 when the window does not fit. */
export function windowOutput(
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
  [begin, end]: readonly [number, number],
): number {
  return Math.floor((size + begin + end - (kernel - 1) * dilation - 1) / stride) + 1;
}
