// Randomness of a search: a hash of where it is used, so that a search that goes on after a cut draws what the uncut one would have.

const multipliers = [0x85ebca6b, 0xc2b2ae35] as const;

/** Mixes whole numbers into 32 bits (MurmurHash3's finaliser after each word). */
export function hashOf(...words: readonly number[]): number {
  let h = 0x9e3779b9;
  for (const word of words) {
    h = Math.imul(h ^ word, multipliers[0]);
    h ^= h >>> 13;
    h = Math.imul(h, multipliers[1]);
    h ^= h >>> 16;
  }
  return h >>> 0;
}

/** Draws of one place of a search: the same seed and place give the same draws, however many were drawn elsewhere. */
export class Draws {
  #count = 0;
  readonly #place: number;

  /** @param place Whole numbers that name the place, as [seed, generation, index]. */
  constructor(...place: readonly number[]) {
    this.#place = hashOf(...place);
  }

  /** Uniform in [0, 1), 32 bits. */
  uniform(): number {
    return hashOf(this.#place, this.#count++) / 2 ** 32;
  }

  /** Uniform among 0 … count − 1. */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
}
