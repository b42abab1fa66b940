// A picture as a step of training shows it: flipped, shifted, lighter or darker, by numbers that depend on (seed, step, row) alone.
import { Draws } from '../../search/random.ts';

export interface Augmentation {
  /** Mirrors every second picture, left to right. */
  readonly flip: boolean;
  /** Pixels at most, either way; the border is repeated. */
  readonly shift: number;
  /** Added to all values, at most, either way; values run from −1 to 1. */
  readonly light: number;
}

/** `pixels`: `[side, side, 3]`. `place` names the use: the same place gives the same picture. */
export function augmented(
  pixels: Float32Array,
  side: number,
  { flip, shift, light }: Augmentation,
  ...place: readonly number[]
): Float32Array {
  const draws = new Draws(...place);
  const mirrored = draws.uniform() < 0.5 && flip;
  const [dx, dy] = [draws.below(2 * shift + 1) - shift, draws.below(2 * shift + 1) - shift];
  const brighter = (2 * draws.uniform() - 1) * light;
  const inside = (at: number): number => Math.min(side - 1, Math.max(0, at));
  const result = new Float32Array(pixels.length);
  for (let row = 0, to = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const from = inside(mirrored ? side - 1 - column + dx : column + dx);
      const at = (inside(row + dy) * side + from) * 3;
      for (let c = 0; c < 3; c++, to++) result[to] = Math.min(1, Math.max(-1, (pixels[at + c] as number) + brighter));
    }
  return result;
}
