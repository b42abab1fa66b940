// What quantization costs, in numbers: agreement of answers, and noise layer by layer.

/** Index of the largest number; the first of equals. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** Indices of the `count` largest numbers, largest first; equals in order of their index. */
export const topOf = (values: ArrayLike<number>, count: number): number[] =>
  Array.from({ length: values.length }, (_, i) => i)
    .sort((a, b) => values[b]! - values[a]! || a - b)
    .slice(0, count);

export interface Agreement {
  readonly pictures: number;
  /** Share of pictures with the same first answer. */
  readonly top1: number;
  /** Mean share of the first five answers that both name. */
  readonly top5: number;
  /** Signal-to-noise of all logits, dB. */
  readonly logitsSqnrDb: number;
}

/** `reference` and `found`: logits picture by picture. */
export function agreementOf(reference: readonly Float32Array[], found: readonly Float32Array[]): Agreement {
  const noise = new Noise();
  let [top1, top5] = [0, 0];
  reference.forEach((expected, i) => {
    const other = found[i] as Float32Array;
    noise.add(expected, other);
    if (argMax(expected) === argMax(other)) top1++;
    const five = new Set(topOf(other, 5));
    const first = topOf(expected, 5);
    top5 += first.filter((index) => five.has(index)).length / first.length;
  });
  return {
    pictures: reference.length,
    top1: top1 / reference.length,
    top5: top5 / reference.length,
    logitsSqnrDb: noise.sqnrDb,
  };
}

/** Signal-to-quantization-noise over several arrays: 10·log₁₀(Σx² / Σ(x − y)²). */
export class Noise {
  private signal = 0;
  private noise = 0;

  add(reference: ArrayLike<number>, found: ArrayLike<number>): void {
    for (let i = 0; i < reference.length; i++) {
      this.signal += reference[i]! ** 2;
      this.noise += (reference[i]! - found[i]!) ** 2;
    }
  }

  /** Infinite without noise. */
  get sqnrDb(): number {
    return this.noise === 0 ? Infinity : 10 * Math.log10(this.signal / this.noise);
  }
}
