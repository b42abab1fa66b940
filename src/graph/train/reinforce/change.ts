// A change of a picture as twelve bytes: what a reinforced set stores of an augmentation, so that it can be made again bit for bit.
import type { Draws } from '../../search/random.ts';

/**
 * Bytes of a change: crop's place (2) and side, mirror, gain, light, whether something is blotted out, and its place (2) and size (2); the
 * last is 0.
 */
export const CHANGE_BYTES = 12;

export function drawChange(draws: Draws): Uint8Array {
  const byte = (): number => draws.below(256);
  const blotted = draws.uniform() < 0.25 ? 1 : 0;
  // A crop's side is 60 to 100 % of the picture's.
  const side = 153 + draws.below(103);
  return Uint8Array.of(
    byte(),
    byte(),
    side,
    draws.below(2),
    byte(),
    byte(),
    blotted,
    byte(),
    byte(),
    byte(),
    byte(),
    0,
  );
}

/** Gain, light and the sides of what is blotted out, at most. */
const [MOST_GAIN, MOST_LIGHT, MOST_BLOT] = [0.3, 0.2, 0.4] as const;

/** `pixels`: `[side, side, 3]`, −1 to 1. The same bytes give the same bits. */
export function changed(pixels: Float32Array, side: number, change: Uint8Array): Float32Array {
  const at = (i: number): number => change[i] as number;
  const size = at(2) / 255;
  const [left, top] = [0, 1].map((i) => (at(i) / 255) * (1 - size) * side) as [number, number];
  const gain = 1 + (at(4) / 127.5 - 1) * MOST_GAIN;
  const light = (at(5) / 127.5 - 1) * MOST_LIGHT;
  const blot = [9, 10].map((i) => Math.round((at(i) / 255) * MOST_BLOT * side)) as [number, number];
  const [blotLeft, blotTop] = [7, 8].map((i, axis) =>
    Math.floor((at(i) / 256) * (side - (blot[axis] as number) + 1)),
  ) as [number, number];
  const result = new Float32Array(pixels.length);
  const inside = (place: number): number => Math.min(side - 1, Math.max(0, place));
  for (let row = 0, to = 0; row < side; row++) {
    const y = inside(top + (row + 0.5) * size - 0.5);
    const [y0, fy] = [Math.floor(y), y - Math.floor(y)];
    const y1 = inside(y0 + 1);
    for (let column = 0; column < side; column++) {
      const own = at(3) === 1 ? side - 1 - column : column;
      const x = inside(left + (own + 0.5) * size - 0.5);
      const [x0, fx] = [Math.floor(x), x - Math.floor(x)];
      const x1 = inside(x0 + 1);
      const hidden =
        at(6) === 1 && row >= blotTop && row < blotTop + blot[1] && column >= blotLeft && column < blotLeft + blot[0];
      for (let c = 0; c < 3; c++, to++) {
        const value = (v: number, h: number): number => pixels[(v * side + h) * 3 + c] as number;
        const upper = value(y0, x0) * (1 - fx) + value(y0, x1) * fx;
        const lower = value(y1, x0) * (1 - fx) + value(y1, x1) * fx;
        const mixed = (upper * (1 - fy) + lower * fy) * gain + light;
        result[to] = hidden ? 0 : Math.min(1, Math.max(-1, mixed));
      }
    }
  }
  return result;
}
