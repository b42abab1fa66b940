// What is said of a training record: every number held against its bound, the sentences of those beyond it, and the one nearest to it.

export interface TrainReport {
  readonly passed: boolean;
  readonly failures: readonly string[];
  /** Numbers compared. */
  readonly compared: number;
  /** Largest distance as a share of its bound, and what had it. */
  readonly worst: number;
  readonly worstAt: string;
}

export class Findings {
  readonly failures: string[] = [];
  #compared = 0;
  #worst = 0;
  #worstAt = '';

  /** Holds one number against a bound on its distance; returns whether it keeps it. A NaN never does. */
  hold(what: string, found: number, wanted: number, bound: number): boolean {
    const kept = this.measure(what, found, wanted, bound) <= 1;
    if (!kept) this.fail(`${what}: ${digits(found)} instead of ${digits(wanted)} (± ${bound.toExponential(1)})`);
    return kept;
  }

  /** Distance as a share of the bound, counted but never a failure by itself. */
  measure(what: string, found: number, wanted: number, bound: number): number {
    this.#compared++;
    const distance = Math.abs(found - wanted);
    const share = distance === 0 ? 0 : Number.isNaN(distance) ? Infinity : distance / bound;
    if (share > this.#worst || this.#worstAt === '') [this.#worst, this.#worstAt] = [share, what];
    return share;
  }

  fail(sentence: string): void {
    this.failures.push(sentence);
  }

  report(): TrainReport {
    const { failures } = this;
    return {
      passed: failures.length === 0 && this.#compared > 0,
      failures: failures.length === 0 && this.#compared === 0 ? ['the record holds nothing to compare'] : failures,
      compared: this.#compared,
      worst: this.#worst,
      worstAt: this.#worstAt,
    };
  }
}

const digits = (value: number): string => String(Number(value.toPrecision(7)));
