// Resampling along any axes, one axis after the other: each output position is a weighted sum of input positions.
import { around } from './move.ts';
import { zeros, type Tensor } from '../tensor.ts';

/** Where an output position looks in the input (ONNX Resize, "coordinate_transformation_mode"). */
export type Coordinates =
  | 'half_pixel'
  | 'half_pixel_symmetric'
  | 'pytorch_half_pixel'
  | 'align_corners'
  | 'asymmetric'
  | 'tf_half_pixel_for_nn'
  | 'tf_crop_and_resize';
export type Nearest = 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';

export interface ResizeRule {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinates: Coordinates;
  readonly nearest: Nearest;
  readonly cubic: number;
  readonly excludeOutside: boolean;
  /** Widens the filter when shrinking. */
  readonly antialias: boolean;
  readonly extrapolation: number;
}

export interface ResizeAxis {
  readonly axis: number;
  readonly size: number;
  readonly scale: number;
  /** Start and end of the crop in [0, 1] (`tf_crop_and_resize`). */
  readonly crop: readonly [number, number];
}

/** Input positions and weights of one output position; no positions: it lies outside the picture. */
type Taps = readonly { readonly from: number; readonly weight: number }[] | undefined;

/** `x` resized along each of `axes` in turn. Sums in float64, steps in float32 or `x`'s own type. */
export function resize(x: Tensor, axes: readonly ResizeAxis[], rule: ResizeRule): Tensor {
  let current = x;
  for (const axis of axes) current = along(current, axis, rule);
  return current;
}

function along(x: Tensor, target: ResizeAxis, rule: ResizeRule): Tensor {
  const [outer, size, inner] = around(x.shape, target.axis);
  if (size === target.size && target.scale === 1 && rule.coordinates !== 'tf_crop_and_resize') return x;
  const out = zeros(
    x.type,
    x.shape.map((n, axis) => (axis === target.axis ? target.size : n)),
  );
  for (let i = 0; i < target.size; i++) {
    const taps = tapsOf(i, size, target, rule);
    for (let o = 0; o < outer; o++)
      for (let k = 0; k < inner; k++) {
        let sum = taps ? 0 : rule.extrapolation;
        for (const { from, weight } of taps ?? []) sum += weight * x.data[(o * size + from) * inner + k]!;
        out.data[(o * target.size + i) * inner + k] = sum;
      }
  }
  return out;
}

function tapsOf(i: number, size: number, target: ResizeAxis, rule: ResizeRule): Taps {
  const at = coordinate(i, size, target, rule.coordinates);
  if (rule.coordinates === 'tf_crop_and_resize' && (at < 0 || at > size - 1)) return undefined;
  if (rule.mode === 'nearest') return [{ from: Math.max(0, Math.min(size - 1, nearest(at, rule.nearest))), weight: 1 }];
  const shrink = rule.antialias ? Math.min(1, target.scale) : 1;
  const support = (rule.mode === 'linear' ? 1 : 2) / shrink;
  const taps: { from: number; weight: number }[] = [];
  const kernel = rule.mode === 'linear' ? triangle : (t: number) => keys(t, rule.cubic);
  // Without antialiasing: the two (four) neighbours; with it: all within the widened support.
  const first = rule.antialias ? Math.floor(at - support) + 1 : Math.floor(at) - (rule.mode === 'linear' ? 0 : 1);
  const last = rule.antialias ? Math.ceil(at + support) - 1 : Math.floor(at) + (rule.mode === 'linear' ? 1 : 2);
  let total = 0;
  for (let from = first; from <= last; from++) {
    const inside = from >= 0 && from < size;
    if (!inside && rule.excludeOutside) continue;
    const weight = kernel((at - from) * shrink);
    total += weight;
    taps.push({ from: Math.max(0, Math.min(size - 1, from)), weight });
  }
  return total === 0 ? taps : taps.map(({ from, weight }) => ({ from, weight: weight / total }));
}

function coordinate(i: number, size: number, { size: out, scale, crop }: ResizeAxis, mode: Coordinates): number {
  switch (mode) {
    case 'half_pixel':
      return (i + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric': {
      const adjustment = out / (scale * size);
      return (size / 2) * (1 - adjustment) + (i + 0.5) / scale - 0.5;
    }
    case 'pytorch_half_pixel':
      return out > 1 ? (i + 0.5) / scale - 0.5 : 0;
    case 'align_corners':
      return out > 1 ? (i * (size - 1)) / (out - 1) : 0;
    case 'asymmetric':
      return i / scale;
    case 'tf_half_pixel_for_nn':
      return (i + 0.5) / scale;
    case 'tf_crop_and_resize':
      return out > 1
        ? crop[0] * (size - 1) + (i * (crop[1] - crop[0]) * (size - 1)) / (out - 1)
        : 0.5 * (crop[0] + crop[1]) * (size - 1);
  }
}

function nearest(at: number, mode: Nearest): number {
  if (mode === 'floor') return Math.floor(at);
  if (mode === 'ceil') return Math.ceil(at);
  return mode === 'round_prefer_floor' ? Math.ceil(at - 0.5) : Math.floor(at + 0.5);
}

const triangle = (t: number): number => Math.max(0, 1 - Math.abs(t));

/** Cubic convolution (Keys 1981) with parameter a. */
function keys(t: number, a: number): number {
  const x = Math.abs(t);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}
