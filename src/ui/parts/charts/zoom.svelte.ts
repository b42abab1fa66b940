// The visible part of a one-dimensional axis: zoomed around a point, panned, never beyond the data.

export class AxisZoom {
  /** 0 … 1 of the whole length. */
  from = $state(0);
  to = $state(1);

  /** Largest magnification. */
  constructor(private readonly most = 400) {}

  get zoomed(): boolean {
    return this.to - this.from < 0.9999;
  }
  /** Magnifies by `factor` around `at` (0 … 1 of what is visible). */
  by(factor: number, at = 0.5): void {
    const length = this.to - this.from;
    const next = Math.min(1, Math.max(1 / this.most, length / factor));
    this.#set(this.from + at * (length - next), next);
  }
  /** Moves by a part of what is visible. */
  pan(part: number): void {
    const length = this.to - this.from;
    this.#set(this.from + part * length, length);
  }
  /** Moves as little as needed to show `[from, to]` of the whole. */
  show(from: number, to: number): void {
    const length = this.to - this.from;
    if (from < this.from) this.#set(from - length * 0.1, length);
    else if (to > this.to) this.#set(to - length * 0.9, length);
  }
  fit(): void {
    [this.from, this.to] = [0, 1];
  }

  #set(from: number, length: number): void {
    this.from = Math.min(1 - length, Math.max(0, from));
    this.to = this.from + length;
  }
}
