// The two clocks of a program: timestamp queries on the GPU, and wall-clock differences of repeats where the adapter has none.
import type { Program } from './program.ts';

/** Begin and end of a dispatch's pass on the GPU's clock, milliseconds from the begin of the first. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** Timestamps of one query set are at most this many (WebGPU's limit). */
const maxQueries = 4096;

export interface Timer {
  readonly estimated: boolean;
  /** Of the last {@link each}. */
  readonly spans?: readonly Span[];
  /** Of all timestamps so far. */
  readonly tickNs?: number;
  /** Milliseconds of one pass with everything. */
  whole(): Promise<number>;
  /** Milliseconds of every dispatch, each in a pass of its own; with `counts`, of that many repeats in the pass, one after the other. */
  each(counts?: readonly number[]): Promise<number[]>;
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
  private async stamps(
    ranges: readonly (readonly [number, number])[],
    counts: readonly number[] = [],
  ): Promise<(readonly [bigint, bigint])[]> {
    const { program, set } = this;
    const { device } = program.open;
    const encoder = device.createCommandEncoder();
    ranges.forEach(([from, to], i) => {
      const pass = encoder.beginComputePass({
        timestampWrites: { querySet: set, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 },
      });
      for (let repeat = 0; repeat < (counts[from] ?? 1); repeat++) program.record(pass, from, to);
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

  async each(counts?: readonly number[]): Promise<number[]> {
    const stamps: (readonly [bigint, bigint])[] = [];
    for (const [from, to] of this.program.submits()) {
      stamps.push(
        ...(await this.stamps(
          Array.from({ length: to - from }, (_, i) => [from + i, from + i + 1] as const),
          counts,
        )),
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

  async each(counts?: readonly number[]): Promise<number[]> {
    const times: number[] = [];
    for (let i = 0; i < this.program.dispatches.length; i++) {
      const one = [i, i + 1] as const;
      const count = counts?.[i];
      if (count !== undefined) {
        times.push(await this.clock(Array.from({ length: count }, () => one)));
        continue;
      }
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

/** The best clock that the program's device has. */
export const timerFor = (program: Program): Timer =>
  program.open.timestamps && 2 * program.dispatches.length <= maxQueries
    ? new QueryTimer(program)
    : new WallTimer(program);
