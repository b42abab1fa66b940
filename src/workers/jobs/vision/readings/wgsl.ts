// What the shaders that read answers share. Numbers are looked at as bits: a shader's compiler may take NaN and infinity for impossible.

/** Channels of a stored tensor are padded to four. */
export const padded = (channels: number): number => Math.ceil(channels / 4) * 4;

/** Invocations of a workgroup. */
export const group = 64;

/** Words of a result before what it holds. */
export const headWords = 4;

export const bitsWgsl = `
fn is_number(bits: u32) -> bool {
  return (bits & 0x7f800000u) != 0x7f800000u;
}
fn is_nan(bits: u32) -> bool {
  return (bits & 0x7fffffffu) > 0x7f800000u;
}
// Rises with the number, and is above 0 for every one; both zeros are one.
fn rank(bits: u32) -> u32 {
  let own = select(bits, 0u, bits == 0x80000000u);
  return select(own | 0x80000000u, ~own, (own >> 31u) != 0u);
}
`;

/** The shader's `rank`. */
export function rank(value: number): number {
  const [bits = 0] = new Uint32Array(Float32Array.of(value === 0 ? 0 : value).buffer);
  return (bits >>> 31 ? ~bits : bits | 0x80000000) >>> 0;
}

/** The number of a rank; NaN for 0, which is no number's. */
export function ofRank(place: number): number {
  if (place === 0) return NaN;
  const [value = NaN] = new Float32Array(Uint32Array.of(place >>> 31 ? place & 0x7fffffff : ~place).buffer);
  return value;
}

/** The largest float32 that is not above `value`: a float32 is above the one exactly where it is above the other. */
export function below(value: number): number {
  const near = Math.fround(value);
  return near <= value ? near : ofRank(rank(near) - 1);
}
