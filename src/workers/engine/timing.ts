// How long a net takes and where: whole-net and per-dispatch times from timestamp queries, or wall-clock estimates where they are missing.
import type { Program } from './program.ts';

export interface Spread {
  readonly medianMs: number;
  readonly p90Ms: number;
  /** Standard deviation divided by the mean; absent after a single run. */
  readonly variation?: number;
  readonly runs: number;
}

/** Begin and end of a dispatch's pass on the GPU's clock, milliseconds from the begin of the first. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

export interface Profile {
  /** Input in JS to logits in JS, one in flight. */
  readonly warm: Spread;
  /** The first run after loading. */
  readonly firstRunMs: number;
  /** One pass with all dispatches, begin to end. */
  readonly gpu: Spread;
  /** Median of each dispatch in a pass of its own, milliseconds, in plan order. Their sum is not `gpu.medianMs`: see `between`. */
  readonly dispatchMs: readonly number[];
  /** Whole net minus the sum of its dispatches, milliseconds: what splitting the passes changed. Negative: splitting costs. */
  readonly between: number;
  /** True where the adapter has no timestamps: times are differences of wall clocks over repeats. */
  readonly estimated: boolean;
  /** The round of per-dispatch passes that took the median time, in plan order: where the gaps are. Absent when estimated. */
  readonly spans?: readonly Span[];
  /** The largest step that divides every timestamp, nanoseconds: browsers round them. Absent when estimated. */
  readonly tickNs?: number;
}

/** Median, 90th percentile and coefficient of variation. */
export function spread(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const variance = times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / times.length;
  return {
    medianMs: median(sorted),
    p90Ms: at(0.9),
    ...(times.length > 1 && { variation: mean > 0 ? Math.sqrt(variance) / mean : 0 }),
    runs: times.length,
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

/** Timestamps of one query set are at most this many (WebGPU's limit). */
const maxQueries = 4096;

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
  const timer: Timer =
    program.open.timestamps && 2 * program.dispatches.length <= maxQueries
      ? new QueryTimer(program)
      : new WallTimer(program);
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
    const dispatchMs = program.dispatches.map((_, i) => median(perDispatch.map((times) => times[i] as number)));
    const gpu = spread(whole);
    const lengths = (spans: readonly Span[]): number => (spans.at(-1)?.endMs ?? 0) - (spans[0]?.startMs ?? 0);
    const middle = [...spanned].sort((a, b) => lengths(a) - lengths(b))[Math.floor(spanned.length / 2)];
    return {
      warm: spread(latencies),
      firstRunMs,
      gpu,
      dispatchMs,
      between: gpu.medianMs - dispatchMs.reduce((sum, ms) => sum + ms, 0),
      estimated: timer.estimated,
      ...(middle && { spans: middle }),
      ...(timer.tickNs !== undefined && { tickNs: timer.tickNs }),
    };
  } finally {
    timer.destroy();
  }
}

interface Timer {
  readonly estimated: boolean;
  /** Of the last {@link each}. */
  readonly spans?: readonly Span[];
  /** Of all timestamps so far. */
  readonly tickNs?: number;
  /** Milliseconds of one pass with everything. */
  whole(): Promise<number>;
  /** Milliseconds of every dispatch. */
  each(): Promise<number[]>;
  destroy(): void;
}

/** Drivers may let a clock step back; no time is negative. */
const milliseconds = (begin: bigint, end: bigint): number => Math.max(0, Number(end - begin)) / 1e6;

function commonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** One query set, one resolve, one read a submit. */
class QueryTimer implements Timer {
  readonly estimated = false;
  spans: readonly Span[] = [];
  private tick = 0n;
  private readonly set: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private readonly readable: GPUBuffer;

  constructor(private readonly program: Program) {
    const { device } = program.open;
    const count = 2 * Math.max(1, program.dispatches.length);
    this.set = device.createQuerySet({ type: 'timestamp', count });
    this.resolved = device.createBuffer({ label: 'timestamps', size: count * 8, usage: 512 | 4 }); // QUERY_RESOLVE | COPY_SRC
    this.readable = device.createBuffer({ label: 'timestamps read-back', size: count * 8, usage: 1 | 8 }); // MAP_READ | COPY_DST
  }

  get tickNs(): number {
    return Number(this.tick);
  }

  /** Begin and end of each range, nanoseconds. */
  private async stamps(ranges: readonly (readonly [number, number])[]): Promise<(readonly [bigint, bigint])[]> {
    const { program, set } = this;
    const { device } = program.open;
    const encoder = device.createCommandEncoder();
    ranges.forEach(([from, to], i) => {
      const pass = encoder.beginComputePass({
        timestampWrites: { querySet: set, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 },
      });
      program.record(pass, from, to);
      pass.end();
    });
    const bytes = ranges.length * 16;
    encoder.resolveQuerySet(set, 0, 2 * ranges.length, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, this.readable, 0, bytes);
    device.queue.submit([encoder.finish()]);
    await this.readable.mapAsync(1, 0, bytes);
    const stamps = new BigUint64Array(this.readable.getMappedRange(0, bytes).slice(0));
    this.readable.unmap();
    for (const stamp of stamps) this.tick = commonDivisor(stamp, this.tick);
    return ranges.map((_, i) => [stamps[2 * i] as bigint, stamps[2 * i + 1] as bigint] as const);
  }

  async whole(): Promise<number> {
    // Split like a run: on a slow adapter one pass may not hold the GPU for long.
    let sum = 0;
    for (const range of this.program.submits()) {
      const [begin, end] = (await this.stamps([range]))[0] as readonly [bigint, bigint];
      sum += milliseconds(begin, end);
    }
    return sum;
  }

  async each(): Promise<number[]> {
    const stamps: (readonly [bigint, bigint])[] = [];
    for (const [from, to] of this.program.submits()) {
      stamps.push(
        ...(await this.stamps(Array.from({ length: to - from }, (_, i) => [from + i, from + i + 1] as const))),
      );
    }
    const origin = stamps[0]?.[0] ?? 0n;
    this.spans = stamps.map(([begin, end]) => ({
      startMs: milliseconds(origin, begin),
      endMs: milliseconds(origin, end),
    }));
    return stamps.map(([begin, end]) => milliseconds(begin, end));
  }

  destroy(): void {
    this.set.destroy();
    this.resolved.destroy();
    this.readable.destroy();
  }
}

/** Repeats of one dispatch beyond the first, whose time is the difference. */
const repeats = 8;

class WallTimer implements Timer {
  readonly estimated = true;
  constructor(private readonly program: Program) {}

  private async clock(ranges: readonly (readonly [number, number])[]): Promise<number> {
    const { device } = this.program.open;
    const start = performance.now();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const [from, to] of ranges) this.program.record(pass, from, to);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  }

  async whole(): Promise<number> {
    let sum = 0;
    for (const range of this.program.submits()) sum += await this.clock([range]);
    return sum;
  }

  async each(): Promise<number[]> {
    const times: number[] = [];
    for (let i = 0; i < this.program.dispatches.length; i++) {
      const one = [i, i + 1] as const;
      const once = await this.clock([one]);
      const many = await this.clock(Array.from({ length: 1 + repeats }, () => one));
      times.push(Math.max(0, many - once) / repeats);
    }
    return times;
  }

  destroy(): void {
    // Nothing is held between measurements.
  }
}
