// The one rounding rule of the integer nets: an int32 accumulator times a fixed-point multiplier, rounded once, in JavaScript and in WGSL.

/**
 * `m0 · 2^−shift` stands for a positive real factor. m0 has 31 bits (2³⁰ ≤ m0 < 2³¹, that is [0.5, 1) · 2³¹) and shift lies in
 * 17…62; factors below 2⁻³² keep shift 62 and a smaller m0.
 */
export interface Multiplier {
  readonly m0: number;
  readonly shift: number;
}

/** Numbers of one rescaling as a step carries them. */
export interface RescaleAttrs extends Multiplier {
  readonly outputZero: number;
}

/** Factors at or above this are refused: no layer of a net has one (an output scale 16,384 times finer than the product's). */
const largest = 2 ** 14;

/** Nearest multiplier of a real factor. Throws RangeError for a negative or non-finite factor and for 2¹⁴ and above. */
export function multiplierOf(factor: number): Multiplier {
  if (!(factor >= 0 && factor < largest))
    throw new RangeError(`a rescaling factor must lie in [0, ${largest}), not ${factor}`);
  if (factor === 0) return { m0: 0, shift: 62 };
  let exponent = Math.floor(Math.log2(factor)) + 1;
  // log2 may round up to the next integer.
  if (factor < 2 ** (exponent - 1)) exponent--;
  let shift = Math.min(62, 31 - exponent);
  let m0 = Math.round(factor * 2 ** shift);
  if (m0 === 2 ** 31) {
    m0 = 2 ** 30;
    shift--;
  }
  return { m0, shift };
}

/** True where a kernel may use the short form of the rule: the factor is below 1/4. */
export const isSmall = ({ shift }: Pick<Multiplier, 'shift'>): boolean => shift >= 33;

/**
 * ⌊(acc · m0 + 2^(shift − 1)) / 2^shift⌋: one rounding to nearest, halves upwards (TFLite's single rounding, gemmlowp's is a double one).
 *
 * Exact in float64: with m0 = high · 2¹⁶ + low both partial products are below 2⁴⁷. The 16 bits dropped from the low one cannot
 * change the floor, since the rest is an integer and 2^(shift − 17) too.
 */
export function requantize(acc: number, m0: number, shift: number): number {
  const high = Math.floor(m0 / 65536);
  const low = m0 - high * 65536;
  const product = acc * high + Math.floor((acc * low) / 65536);
  return Math.floor((product + 2 ** (shift - 17)) / 2 ** (shift - 16));
}

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/**
 * `fn requantize(acc: vec4i, m0: vec4u, shift: vec4u) -> vec4i`, equal to the rule above where that lies within ±65,535, and at least
 * as far from zero as 65,535 beyond: after the clamp to a byte there is no difference.
 *
 * On the magnitude a of acc, in 32-bit words: −⌊(a·m0 + 2^(n−1) − 1) / 2^n⌋ for a negative acc rounds its halves upwards. The
 * 64-bit product is built from 16-bit halves; only its upper 48 bits (u:v) matter, n ≥ 17. `small`: every shift is at least 33.
 */
export function requantizeText(small: boolean): string {
  const rounded = small
    ? 'let r = (u - select(vec4u(), vec4u(1u), negative & (v == vec4u())) + (vec4u(1u) << (shift - 33u))) >> (shift - 32u);'
    : `let k = shift - 16u;
let long = (u - select(vec4u(), vec4u(1u), negative & (v == vec4u())) + (vec4u(1u) << ((k - 17u) & vec4u(31u)))) >> ((k - 16u) & vec4u(31u));
let carry = (v + (vec4u(1u) << ((k - 1u) & vec4u(31u))) - select(vec4u(), vec4u(1u), negative)) >> (k & vec4u(31u));
let short = (min(u, vec4u(65535u)) << ((16u - k) & vec4u(31u))) + carry;
let r = select(short, long, k >= vec4u(17u));`;
  return `fn requantize(acc: vec4i, m0: vec4u, shift: vec4u) -> vec4i {
let negative = acc < vec4i();
let a = vec4u(abs(acc));
let al = a & vec4u(65535u);
let ah = a >> vec4u(16u);
let ml = m0 & vec4u(65535u);
let mh = m0 >> vec4u(16u);
let s = al * mh + ah * ml + ((al * ml + select(vec4u(), vec4u(65535u), negative)) >> vec4u(16u));
let u = ah * mh + (s >> vec4u(16u));
let v = s & vec4u(65535u);
${rounded}
let q = vec4i(min(r, vec4u(65535u)));
return select(q, -q, negative);
}`;
}
