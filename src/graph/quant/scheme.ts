// The numbers of quantisation (arXiv 1712.05877, 2004.09602): scales and zero points of activations, scales and integers of weights.

/** real = scale · (q − zero), q uint8. The scale is a float32 number. */
export interface Quantization {
  readonly scale: number;
  readonly zero: number;
}

/** A tensor's range in real numbers. */
export interface Interval {
  readonly low: number;
  readonly high: number;
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
  /** One number an output channel; all equal when quantised per tensor. */
  readonly scale: Float32Array;
}

/** Bias integers stay below this, so that a sum of 32,768 products of 255 · 127 still fits int32. */
const biasLimit = 2 ** 30;

/**
 * Symmetric int8 weights `[O, …]` and their bias. A channel whose bias is so large beside its weights that it would leave int32 (dead
 * filters) gets a coarser scale.
 */
export function quantizeWeights(
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  inputScale: number,
  perChannel: boolean,
): QuantizedWeights {
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
    (most, o) => Math.max(most / 127, Math.abs(bias[o]!) / (inputScale * biasLimit)) || 1,
  );
  if (!perChannel) scale.fill(scale.reduce((a, b) => Math.max(a, b), 0));
  return {
    weight: Int8Array.from({ length: weight.length }, (_, i) =>
      Math.min(127, Math.max(-127, Math.round(weight[i]! / scale[Math.floor(i / own)]!))),
    ),
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
