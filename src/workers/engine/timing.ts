// How long a net takes and where: whole-net and per-dispatch times from timestamp queries, or wall-clock estimates where they are missing.
import { disturbancesOf, type Disturbance } from './disturbances.ts';
import { estimate, isCoarse, looseness, type Estimate } from './estimate.ts';
import type { Program } from './program.ts';
import { timerFor, type Span } from './timers.ts';

export interface Spread {
  readonly medianMs: number;
  readonly p90Ms: number;
  /** Standard deviation divided by the mean; absent after a single run. */
  readonly variation?: number;
  readonly runs: number;
  /** 95 % interval of the median; absent after a single run. */
  readonly interval?: readonly [lowMs: number, highMs: number];
}

export interface Profile {
  /** Input in JS to logits in JS, one in flight. */
  readonly warm: Spread;
  /** The first run after loading. */
  readonly firstRunMs: number;
  /** One pass with all dispatches, begin to end. */
  readonly gpu: Spread;
  /** Each dispatch in a pass of its own, milliseconds, in plan order. Their sum is not `gpu.medianMs`: see `between`. */
  readonly dispatchMs: readonly number[];
  /** The same with how far each may be off. */
  readonly estimates: readonly Estimate[];
  /** Whole net minus the sum of its dispatches, milliseconds: what splitting the passes changed. Negative: splitting costs. */
  readonly between: number;
  /** True where the adapter has no timestamps: times are differences of wall clocks over repeats. */
  readonly estimated: boolean;
  /** The round of per-dispatch passes that took the median time, in plan order: where the gaps are. Absent when estimated. */
  readonly spans?: readonly Span[];
  /** What spoiled the runs; empty where nothing shows. */
  readonly disturbed: readonly Disturbance[];
  /** The largest step that divides every timestamp, nanoseconds: browsers round them. Absent when estimated. */
  readonly tickNs?: number;
}

/** Median, 90th percentile and coefficient of variation. */
export function spread(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const variance = times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / times.length;
  const { interval } = estimate(times);
  return {
    medianMs: median(sorted),
    p90Ms: at(0.9),
    ...(times.length > 1 && { variation: mean > 0 ? Math.sqrt(variance) / mean : 0 }),
    runs: times.length,
    ...(interval && { interval }),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export interface ProfileOptions {
  /** Of the first run after loading, when the caller has made and timed it. */
  readonly firstRunMs?: number;
  readonly runs?: number;
  readonly signal?: AbortSignal;
  /** 0 … 1. */
  readonly onProgress?: (share: number) => void;
}

/** Beyond the rounds that were asked for: how long a coarse clock is averaged at most, and the intervals (of all layers, as a share) that end it. */
const coarseBudgetMs = 3000;
const looseEnough = 0.05;
const roundsAtOnce = 10;

/**
 * Profiles a loaded program. Cold times of compiling and uploading are in `program.loadTimes`.
 * Rejects with the signal's reason when aborted.
 */
export async function profile(
  program: Program,
  inputs: readonly Float32Array[],
  options: ProfileOptions = {},
): Promise<Profile> {
  const { runs = 20, signal, onProgress } = options;
  const clock = async (): Promise<number> => {
    signal?.throwIfAborted();
    const start = performance.now();
    await program.run(inputs, signal ? { signal } : {});
    return performance.now() - start;
  };
  const firstRunMs = options.firstRunMs ?? (await clock());
  const latencies: number[] = [];
  for (let run = 0; run < runs; run++) {
    latencies.push(await clock());
    onProgress?.((run + 1) / (3 * runs));
  }
  const timer = timerFor(program);
  try {
    const whole: number[] = [];
    for (let run = 0; run < runs; run++) {
      signal?.throwIfAborted();
      whole.push(await timer.whole());
      onProgress?.((runs + run + 1) / (3 * runs));
    }
    const rounds = timer.estimated ? Math.min(runs, 3) : runs;
    const perDispatch: number[][] = [];
    const spanned: (readonly Span[])[] = [];
    for (let run = 0; run < rounds; run++) {
      signal?.throwIfAborted();
      perDispatch.push(await timer.each());
      if (timer.spans) spanned.push(timer.spans);
      onProgress?.((2 * rounds + run + 1) / (3 * rounds));
    }
    const tickMs = (): number => (timer.tickNs ?? 0) / 1e6;
    const estimates = (): Estimate[] =>
      program.dispatches.map((_, i) =>
        estimate(
          perDispatch.map((times) => times[i] as number),
          tickMs(),
        ),
      );
    let found = estimates();
    // Where the clock is too coarse for the layers, the mean of many rounds resolves them; each begins at another moment of the clock's step.
    const deadline = performance.now() + coarseBudgetMs;
    while (
      found.some(({ ms }) => isCoarse(ms, tickMs())) &&
      looseness(found) > looseEnough &&
      performance.now() < deadline
    ) {
      for (let round = 0; round < roundsAtOnce; round++) {
        signal?.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, 2 * Math.random()));
        perDispatch.push(await timer.each());
      }
      found = estimates();
    }
    const dispatchMs = found.map(({ ms }) => ms);
    const gpu = spread(whole);
    const lengths = (spans: readonly Span[]): number => (spans.at(-1)?.endMs ?? 0) - (spans[0]?.startMs ?? 0);
    const middle = [...spanned].sort((a, b) => lengths(a) - lengths(b))[Math.floor(spanned.length / 2)];
    return {
      warm: spread(latencies),
      firstRunMs,
      gpu,
      dispatchMs,
      estimates: found,
      between: gpu.medianMs - dispatchMs.reduce((sum, ms) => sum + ms, 0),
      estimated: timer.estimated,
      disturbed: [...new Set([...disturbancesOf(latencies), ...disturbancesOf(whole)])],
      ...(middle && { spans: middle }),
      ...(timer.tickNs !== undefined && { tickNs: timer.tickNs }),
    };
  } finally {
    timer.destroy();
  }
}
