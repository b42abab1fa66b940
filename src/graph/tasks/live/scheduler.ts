// Which branch (input size and exit) the next frame takes under a latency target: our reading of ApproxNet (arXiv 1909.02068).

export interface Branches {
  /** Without contention, on this device, milliseconds. */
  readonly latencyMs: readonly number[];
  /** Class of content → branch → accuracy. */
  readonly accuracy: readonly (readonly number[])[];
}

export interface SchedulerSettings {
  readonly targetMs: number;
  /** Frames whose lower median is the contention. */
  readonly window?: number;
  /** Share of the target that stays free. */
  readonly margin?: number;
  /** Frames for which a slower branch is wanted before it is taken. */
  readonly patience?: number;
  /** The first branch; the fastest when not given. */
  readonly start?: number;
}

/** The vectors' margin, and the most that noise may ask for: with more no branch would be left where times jump. */
const [leastMargin, mostMargin] = [0.1, 0.25];
/** Of the frames that are measured without other work, so many must hold the target. */
const held = 0.95;

/** The share of the target to keep free for the noise of single frames. `times`: branch → its runs; `latencyMs`: their medians. */
export function marginFor(times: readonly (readonly number[])[], latencyMs: readonly number[]): number {
  const ratios = times.flatMap((own, branch) => own.map((ms) => ms / (latencyMs[branch] as number)));
  const high = ratios.sort((a, b) => a - b)[Math.ceil(held * ratios.length) - 1] ?? 1;
  return Math.min(mostMargin, Math.max(leastMargin, 1 - 1 / high));
}

/** A target that the slowest branch holds while nothing else runs, and a fifth to spare. */
export const easyTarget = (latencyMs: readonly number[], margin: number): number =>
  Math.ceil((1.2 * Math.max(...latencyMs)) / (1 - margin));

/** Frames that the estimate is taken over while nothing changes, and how far the window's contention is from it when something did. */
const [longest, changed] = [30, 0.35];

/** {@link Scheduler.observe} after each frame, {@link Scheduler.choose} before the next. */
export class Scheduler {
  #current: number;
  #ratios: number[] = [];
  /** Since the contention last changed. */
  #steady: number[] = [];
  #waited = 0;
  /** May change while it runs: what it knows of the device stays. */
  targetMs: number;
  readonly #fastest: number;

  constructor(
    private readonly branches: Branches,
    private readonly settings: SchedulerSettings,
  ) {
    const { latencyMs } = branches;
    this.targetMs = settings.targetMs;
    this.#fastest = latencyMs.indexOf(Math.min(...latencyMs));
    this.#current = settings.start ?? this.#fastest;
  }

  /** How many times slower than without other work; 1 before the first frame. A change of branch keeps it: it is the device's. */
  get contention(): number {
    return lowerMedian(this.#ratios);
  }

  /** The contention, steadier: over many frames where it has not changed, for people. Branches follow the quicker one. */
  get estimate(): number {
    return lowerMedian(this.#steady);
  }

  observe(ms: number): void {
    const { window = 5 } = this.settings;
    const ratio = ms / this.#latency(this.#current);
    this.#ratios = [...this.#ratios, ratio].slice(-window);
    this.#steady = [...this.#steady, ratio].slice(-longest);
    if (Math.abs(this.contention / this.estimate - 1) > changed) this.#steady = this.#ratios;
  }

  /** The branch of the next frame, whose content is of class `content`. */
  choose(content = 0): number {
    const wanted = this.#wanted(content);
    if (this.#latency(wanted) <= this.#latency(this.#current)) {
      this.#waited = 0;
      this.#current = wanted;
    } else if (++this.#waited >= (this.settings.patience ?? 3)) {
      this.#waited = 0;
      this.#current = wanted;
    }
    return this.#current;
  }

  /** Of the branches that hold the target the most accurate, of equal ones the faster; the fastest of all where none does. */
  #wanted(content: number): number {
    const { margin = leastMargin } = this.settings;
    const { contention, targetMs } = this;
    const accuracy = this.branches.accuracy[content] as readonly number[];
    let best: number | undefined;
    for (const [branch, latency] of this.branches.latencyMs.entries()) {
      if (latency * contention > targetMs * (1 - margin)) continue;
      const gain = best === undefined ? 1 : (accuracy[branch] as number) - (accuracy[best] as number);
      if (best === undefined || gain > 0 || (gain === 0 && latency < this.#latency(best))) best = branch;
    }
    return best ?? this.#fastest;
  }

  #latency(branch: number): number {
    return this.branches.latencyMs[branch] as number;
  }
}

/** Of an even number the lower of the two in the middle; 1 of none. */
function lowerMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 1;
}

/** Branches that no other beats in both, the fastest first; of equal latency the more accurate, of equal both the lower index. */
export function paretoBranches(latencyMs: readonly number[], accuracy: readonly number[]): readonly number[] {
  const order = Array.from(latencyMs.keys()).sort(
    (a, b) =>
      (latencyMs[a] as number) - (latencyMs[b] as number) || (accuracy[b] as number) - (accuracy[a] as number) || a - b,
  );
  let best = -Infinity;
  return order.filter((branch) => {
    const own = accuracy[branch] as number;
    if (own <= best) return false;
    best = own;
    return true;
  });
}

/**
 * How busy a picture is, 0…1: mean of min(255, |gx| + |gy|) / 255 of Sobel's 3×3 gradients of luma (299 R + 587 G + 114 B) / 1000, without
 * the border. `rgb`: bytes, row by row.
 */
export function edgeDensity(rgb: ArrayLike<number>, width: number, height: number): number {
  const luma = Float64Array.from({ length: width * height }, (_, i) => {
    const [r, g, b] = [rgb[3 * i] as number, rgb[3 * i + 1] as number, rgb[3 * i + 2] as number];
    return (r * 299 + g * 587 + b * 114) / 1000;
  });
  let sum = 0;
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const at = (dy: number, dx: number): number => luma[(y + dy) * width + x + dx] as number;
      const gx = at(-1, 1) - at(-1, -1) + 2 * (at(0, 1) - at(0, -1)) + at(1, 1) - at(1, -1);
      const gy = at(1, -1) + 2 * at(1, 0) + at(1, 1) - at(-1, -1) - 2 * at(-1, 0) - at(-1, 1);
      sum += Math.min(255, Math.abs(gx) + Math.abs(gy));
    }
  return sum / ((width - 2) * (height - 2)) / 255;
}
