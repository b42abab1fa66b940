// The numbers of quantization (arXiv 1712.05877, 2004.09602): scales and zero points of activations, scales and integers of weights.

/** real = scale · (q − zero), q uint8. The scale is a float32 number. */
export interface Quantization {
  readonly scale: number;
  readonly zero: number;
}

/** A tensor's range in real numbers. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Mean of each channel over the calibration pictures, where it was watched. */
  readonly means?: Float64Array;
}

/** Below this a tensor counts as 0 everywhere: its scale would be no normal float32 number, or another layer's factor no int32. */
const leastScale = 2 ** -40;

/** Asymmetric uint8 over an interval, widened to hold 0, which becomes an integer exactly. A tensor that is 0 everywhere gets scale 1. */
export function quantizationOf({ low, high }: Interval): Quantization {
  const [from, to] = [Math.min(low, 0), Math.max(high, 0)];
  if (!Number.isFinite(from) || !Number.isFinite(to))
    throw new RangeError(
      `the range [${low}, ${high}] is not finite; the net's weights or pictures hold NaN or infinity`,
    );
  const step = Math.fround((to - from) / 255);
  const scale = step < leastScale ? 1 : step;
  return { scale, zero: Math.min(255, Math.max(0, Math.round(-from / scale))) };
}

/** Nearest byte of a real number, halves to even being of no concern here. */
export const toByte = (value: number, { scale, zero }: Quantization): number =>
  Math.min(255, Math.max(0, Math.round(value / scale) + zero));

/** Bytes back to real numbers, in float32. */
export const toReal = (bytes: ArrayLike<number>, { scale, zero }: Quantization): Float32Array =>
  Float32Array.from(bytes, (q) => (q - zero) * scale);

export interface QuantizedWeights {
  /** In [−127, 127]. */
  readonly weight: Int8Array;
  /** At scale `inputScale · scale[o]`. */
  readonly bias: Int32Array;
  /** One number an output channel; all equal when quantized per tensor. */
  readonly scale: Float32Array;
}

/** Bias integers stay below this, so that a sum of 32,768 products of 255 · 127 still fits int32. */
const biasLimit = 2 ** 30;

/**
 * Rounds the taps of one kernel so that their sum is rounded too: neighbouring pixels are nearly equal, and what a filter makes of a
 * smooth patch is the sum of its taps. Of the taps those move to their other neighbour that lie nearest to the middle between both.
 */
function roundKernel(real: Float64Array, rounded: Int8Array, most: number): void {
  let excess = 0;
  for (let i = 0; i < real.length; i++) {
    rounded[i] = Math.min(most, Math.max(-most, Math.round(real[i]!)));
    excess += rounded[i]! - real[i]!;
  }
  for (; Math.abs(excess) > 0.5; excess -= Math.sign(excess)) {
    const down = Math.sign(excess);
    let best = -1;
    for (let i = 0; i < real.length; i++) {
      const off = (rounded[i]! - real[i]!) * down;
      if (off > 0 && Math.abs(rounded[i]! - down) <= most && (best < 0 || off > (rounded[best]! - real[best]!) * down))
        best = i;
    }
    if (best < 0) return;
    rounded[best] = rounded[best]! - down;
  }
}

/** Bits of a weight. Fewer than 8 still stand in bytes: as multiples of a number that leaves the bias, in units of one, fine enough. */
export const weightBits = [8, 4, 3] as const;
export type WeightBits = (typeof weightBits)[number];

/** Largest integer of a symmetric weight. */
export const levelsOf = (bits: WeightBits): number => 2 ** (bits - 1) - 1;

/**
 * Symmetric int8 weights `[O, …, taps]` and their bias; `taps`: pixels of a kernel, the innermost elements. A channel whose bias is so
 * large beside its weights that it would leave int32 (dead filters) gets a coarser scale.
 */
export function quantizeWeights(
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  inputScale: number,
  perChannel: boolean,
  taps = 1,
  bits: WeightBits = 8,
): QuantizedWeights {
  const levels = levelsOf(bits);
  const grain = Math.floor(127 / levels);
  const channels = bias.length;
  const own = weight.length / channels;
  const amax = new Float64Array(channels);
  for (let i = 0; i < weight.length; i++) {
    const o = Math.floor(i / own);
    amax[o] = Math.max(amax[o]!, Math.abs(weight[i]!));
  }
  if (!perChannel) amax.fill(amax.reduce((a, b) => Math.max(a, b), 0));
  const scale = Float32Array.from(
    amax,
    (most, o) => Math.max(most / (levels * grain), Math.abs(bias[o]!) / (inputScale * biasLimit)) || 1,
  );
  if (!perChannel) scale.fill(scale.reduce((a, b) => Math.max(a, b), 0));
  const rounded = new Int8Array(weight.length);
  const kernel = new Float64Array(taps);
  for (let first = 0; first < weight.length; first += taps) {
    const step = scale[Math.floor(first / own)]! * grain;
    for (let i = 0; i < taps; i++) kernel[i] = weight[first + i]! / step;
    roundKernel(kernel, rounded.subarray(first, first + taps), levels);
  }
  for (let i = 0; i < rounded.length; i++) rounded[i] = rounded[i]! * grain;
  return {
    weight: rounded,
    bias: Int32Array.from({ length: channels }, (_, o) => Math.round(bias[o]! / (inputScale * scale[o]!))),
    scale,
  };
}

/** Largest Σ|w| of an output channel. */
export function reachOf(weight: Int8Array, channels: number): number {
  const own = weight.length / channels;
  let most = 0;
  for (let o = 0; o < channels; o++) {
    let sum = 0;
    for (let i = o * own; i < (o + 1) * own; i++) sum += Math.abs(weight[i]!);
    most = Math.max(most, sum);
  }
  return most;
}
