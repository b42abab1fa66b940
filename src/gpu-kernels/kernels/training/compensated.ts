// Sums and products that know their own rounding. An activation's input that float32 puts on the other side of its kink moves every gradient
// below it, and an error of an early layer grows by a tenth with every layer behind it: forward kernels keep theirs near half a unit.

/** Names of the WGSL functions are the same for both types. Where a compiler reorders sums, corrections vanish and nothing else changes. */
export const compensated = (type: 'f32' | 'vec4f'): string => `
// What a + b lost when it became s (Knuth), and a·b when it became p (Dekker).
fn sum_error(a: ${type}, b: ${type}, s: ${type}) -> ${type} { let part = s - a; return (a - (s - part)) + (b - part); }
fn high(a: ${type}) -> ${type} { let c = a * 4097.0; return c - (c - a); }
fn product_error(a: ${type}, b: ${type}, p: ${type}) -> ${type} {
  let ah = high(a); let al = a - ah; let bh = high(b); let bl = b - bh;
  return ((ah * bh - p) + ah * bl + al * bh) + al * bl;
}`;

/** Statements that add `term` to the sum `s`; what is lost goes to `lost`. Needs {@link compensated}. */
export const addTo = (s: string, lost: string, term: string): string =>
  `{ let term = ${term}; let sum = ${s} + term; ${lost} += sum_error(${s}, term, sum); ${s} = sum; }`;
