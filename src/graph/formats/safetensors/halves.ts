// Half-precision numbers to and from float32, exactly: IEEE 754 binary16 (F16) and bfloat16 (BF16).

const word = new Uint32Array(1);
const real = new Float32Array(word.buffer);

/** binary16 bits → float32. */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  const result = new Float32Array(bits.length);
  const words = new Uint32Array(result.buffer);
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i] as number;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 31;
    const mantissa = half & 0x3ff;
    if (exponent === 0) result[i] = (sign === 0 ? 1 : -1) * mantissa * 2 ** -24;
    else if (exponent === 31) words[i] = sign | 0x7f800000 | (mantissa << 13);
    else words[i] = sign | ((exponent + 112) << 23) | (mantissa << 13);
  }
  return result;
}

/** bfloat16 bits → float32: the upper half of the same number. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] as number) << 16;
  return new Float32Array(words.buffer);
}

/** float32 → binary16 bits, to nearest, ties to even; overflow becomes infinity, NaN stays NaN. */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  const result = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    real[0] = values[i] as number;
    const bits = word[0] as number;
    const sign = (bits >>> 16) & 0x8000;
    const magnitude = bits & 0x7fffffff;
    if (magnitude >= 0x7f800000) result[i] = sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
    else if (magnitude >= 0x38800000) {
      // Normal: rounding may carry into the exponent, up to infinity, which is what IEEE 754 asks for.
      const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
      result[i] = sign | Math.min((rounded >>> 13) - (112 << 10), 0x7c00);
    } else {
      // Subnormal: a whole number of 2^-24 steps, rounded to even.
      const steps = Math.abs(real[0]) * 2 ** 24;
      const floor = Math.floor(steps);
      const rest = steps - floor;
      result[i] = sign | (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor);
    }
  }
  return result;
}
