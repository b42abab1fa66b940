// Integer element-wise work: products of two bytes (the squeeze-excite scale), tables of 256 entries, and the borders to float32.
import type { DequantizeAttrs, MulAttrs, QuantizeAttrs } from './contract.ts';
import { clamp, requantize } from './requantize.ts';

/** `int8Mul`: `b` holds one value a channel and picture (`[N, 1, 1, C]`), or as many values as `a`. */
export function mulReference(
  a: Uint8Array,
  b: Uint8Array,
  channels: number,
  batch: number,
  attrs: MulAttrs,
): Uint8Array {
  const perPicture = a.length / batch;
  return Uint8Array.from(a, (byte, i) => {
    const other = a.length === b.length ? b[i]! : b[Math.floor(i / perPicture) * channels + (i % channels)]!;
    return clamp(
      attrs.outputZero + requantize((byte - attrs.leftZero) * (other - attrs.rightZero), attrs.m0, attrs.shift),
      0,
      255,
    );
  });
}

/** `int8Table`. */
export const tableReference = (input: Uint8Array, table: Uint8Array): Uint8Array =>
  Uint8Array.from(input, (byte) => table[byte]!);

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** One float as a byte. The float64 product of two float32 numbers is exact, so `fround` rounds it as the GPU does. */
export const quantizeOne = (value: number, { inverse, zero }: QuantizeAttrs): number =>
  clamp(zero + roundHalfEven(clamp(Math.fround(value * Math.fround(inverse)), -1024, 1024)), 0, 255);

/** `quantize`. */
export const quantizeReference = (input: Float32Array, attrs: QuantizeAttrs): Uint8Array =>
  Uint8Array.from(input, (value) => quantizeOne(value, attrs));

/** `dequantize`. */
export const dequantizeReference = (input: Uint8Array, { scale, zero }: DequantizeAttrs): Float32Array =>
  Float32Array.from(input, (byte) => (byte - zero) * Math.fround(scale));
