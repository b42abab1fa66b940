// The integer kernel families: operands, weights and numbers of each step, and what they mean.
//
// Common to all families
// - A quantized value is uint8, asymmetric, one (scale, zero) a tensor: real = scale · (q − zero). Real 0 is exactly q = zero.
// - In memory four channels share a u32, lowest byte first; padding lanes hold anything, since their weights are 0.
// - Weights are int8 in [−127, 127], symmetric. Bias and accumulator are int32; the quantizer keeps every sum inside (scheme.ts).
// - dot4I8Packed multiplies signed bytes: kernels flip the top bit of each activation (q − 128 as int8) and the packed bias makes
//   good for it: Σ(q − zero)·w + b = Σ(q − 128)·w + [b − (zero − 128)·Σw]. Taps in the padding read `zero`, so they add nothing.
// - Steps have no float riders: `prologue` and `epilogue` are empty.
import type { PoolAttrs } from '../float.ts';

/** Work on the byte that a product is about to store, in order. */
export type After =
  /** q ← table[q]: any element-wise function. `weight` is the role of 256 bytes. */
  | { readonly kind: 'table'; readonly weight: string }
  /** Residual: q ← add(q, input). At most one; see {@link AddAttrs}. `input` is an index into `Step.inputs`. */
  | ({ readonly kind: 'add'; readonly input: number } & AddAttrs);

/**
 * Shared by `int8Pointwise`, `int8Conv2d` and `int8Depthwise`, which take the attributes of `pointwise`, `conv2d` and `depthwise` besides.
 * q = clamp(outputZero + requantize(Σ(x − inputZero)·w + bias), low, cap) per channel, then `after`.
 * weights: `weight` int8 as the float family's, `bias` `[O]` int32, `m0`, `shift`, `cap` `[O]` (requantize.ts); 256 bytes a table.
 * An output of type f32 (logits) is acc · `scale` instead: weights `weight`, `bias`, `scale` `[O]` float32, no clamp, no `after`.
 */
export interface ProductAttrs {
  readonly inputZero: number;
  readonly outputZero: number;
  /** Smallest byte stored: `outputZero` under a ReLU. The largest is per channel, `cap`. */
  readonly low: number;
  /** Every channel's factor is below 1/4: the short rounding form. */
  readonly small: boolean;
  /** Largest Σ|w| of an output channel: below 2¹⁷ every partial sum of signed bytes is exact in float32 as well. */
  readonly reach: number;
  readonly after: readonly After[];
}

/**
 * `int8Add`: inputs `[a, b]` of the same shape.
 * q = clamp(outputZero + ⌊((a − leftZero)·left + (b − rightZero)·right + 2^(shift − 1)) / 2^shift⌋, low, high).
 * |left|, |right| < 2²¹ and 1 ≤ shift ≤ 30, so that the sum fits int32: one exact rounding. A negative `right` subtracts.
 */
export interface AddAttrs {
  readonly leftZero: number;
  readonly rightZero: number;
  readonly left: number;
  readonly right: number;
  readonly shift: number;
  readonly outputZero: number;
  readonly low: number;
  readonly high: number;
}

/** `int8Concat` along the channel: each input `i` is rescaled: q = clamp(outputZero + ⌊((x − zeros[i])·factors[i] + 2^(shifts[i] − 1)) / 2^shifts[i]⌋, 0, 255). */
export interface Int8ConcatAttrs {
  readonly zeros: readonly number[];
  readonly factors: readonly number[];
  readonly shifts: readonly number[];
  readonly outputZero: number;
}

/** Numbers of one fixed-point rescaling: m0 and shift of requantize.ts. */
export interface RescaleAttrs {
  readonly m0: number;
  readonly shift: number;
  readonly outputZero: number;
}

/** `int8Mul`: inputs `[a, b]`, b broadcast over the pixels or equal in shape. q = clamp(outputZero + requantize((a − leftZero)·(b − rightZero)), 0, 255). */
export interface MulAttrs extends RescaleAttrs {
  readonly leftZero: number;
  readonly rightZero: number;
}

/** `int8Mean` over the pixels of a map (or rows of tokens): q = clamp(outputZero + requantize(Σ(x − inputZero)), 0, 255); 1/pixels is in the factor. */
export interface Int8MeanAttrs extends RescaleAttrs {
  readonly inputZero: number;
}

/** `int8Pool`: maximum (bytes unchanged; padding never wins), or average over whole windows (padding reads `inputZero` and counts). */
export interface Int8PoolAttrs extends RescaleAttrs, PoolAttrs {
  readonly inputZero: number;
}

/** `quantize`: float → byte: clamp(zero + roundHalfEven(x · inverse), 0, 255), `inverse` and the product in float32. */
export interface QuantizeAttrs {
  readonly inverse: number;
  readonly zero: number;
}

/** `dequantize`: byte → float32: (q − zero) · scale, in float32. */
export interface DequantizeAttrs {
  readonly scale: number;
  readonly zero: number;
}
