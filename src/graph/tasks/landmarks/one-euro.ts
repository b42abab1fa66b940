// Smoothing of points that jitter from frame to frame: the one-euro filter (Casiez et al., CHI 2012), slow when they rest and quick when they move.

export interface OneEuroSettings {
  /** Hz: lower is steadier at rest. */
  readonly minCutoff: number;
  /** Higher follows quick movements closer. */
  readonly beta: number;
}

const derivativeCutoff = 1;
const blend = (cutoff: number, seconds: number): number => 1 / (1 + 1 / (2 * Math.PI * cutoff) / seconds);

/** One number over time. */
export class OneEuro {
  #value: number | undefined;
  #speed = 0;

  constructor(private readonly settings: OneEuroSettings) {}

  /** `seconds` since the sample before. */
  next(sample: number, seconds: number): number {
    const before = this.#value;
    if (before === undefined || !(seconds > 0)) return (this.#value = before ?? sample);
    const slow = blend(derivativeCutoff, seconds);
    this.#speed = slow * ((sample - before) / seconds) + (1 - slow) * this.#speed;
    const quick = blend(this.settings.minCutoff + this.settings.beta * Math.abs(this.#speed), seconds);
    return (this.#value = quick * sample + (1 - quick) * before);
  }
}
