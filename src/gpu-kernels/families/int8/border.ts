// `quantize` and `dequantize`: the borders between float32 and bytes.
import type { FamilyOf } from '../family.ts';
import { clamp } from './requantize.ts';

/** float → byte: clamp(zero + roundHalfEven(x · inverse), 0, 255), `inverse` and the product in float32. */
export interface QuantizeAttrs {
  readonly inverse: number;
  readonly zero: number;
}

/** byte → float32: (q − zero) · scale, in float32. */
export interface DequantizeAttrs {
  readonly scale: number;
  readonly zero: number;
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** One float as a byte. The float64 product of two float32 numbers is exact, so `fround` rounds it as the GPU does. */
export const quantizeOne = (value: number, { inverse, zero }: QuantizeAttrs): number =>
  clamp(zero + roundHalfEven(clamp(Math.fround(value * Math.fround(inverse)), -1024, 1024)), 0, 255);

export const quantize: FamilyOf<QuantizeAttrs> = {
  reference: ({ attrs }, { inputs }) => [Uint8Array.from(inputs[0]!, (value) => quantizeOne(value, attrs))],
};

export const dequantize: FamilyOf<DequantizeAttrs> = {
  reference: ({ attrs: { scale, zero } }, { inputs }) => [
    Float32Array.from(inputs[0]!, (byte) => (byte - zero) * Math.fround(scale)),
  ],
};
