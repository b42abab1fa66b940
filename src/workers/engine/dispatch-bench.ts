// Dispatches timed apart from their net: what a latency table is made of.
import type { Tensors } from '../../gpu-kernels/packing/weight-expr.ts';
import type { Plan, PlanDispatch } from '../../graph/plan/plan.ts';
import { firstRate } from '../../graph/plan/schedule.ts';
import { partOfPlan, signatureOf } from '../../graph/plan/signature.ts';
import type { TimedDispatch } from '../../graph/search/latency/table.ts';
import type { OpenDevice } from './device.ts';
import { estimate, looseness, type Estimate } from './estimate.ts';
import { Program } from './program.ts';
import { timerFor } from './timers.ts';
import { median } from './timing.ts';

/**
 * A dispatch in a pass of its own pays for the pass as well, and a short one mostly for that: what counts is the difference of 2r repeats and
 * of r, with r so that these take this long, milliseconds. A pass orders its dispatches, so that repeats do not overlap.
 */
const armMs = 4;
const mostRepeats = 64;
/** Rounds of all dispatches in turn; then more until the intervals are a tenth of the times, or the budget ends. */
const rounds = 7;
const looseEnough = 0.05;
const budgetMs = 1500;
/** Dispatches that are loaded together. */
const atOnce = 64;

export interface DispatchBench {
  readonly timed: ReadonlyMap<string, TimedDispatch>;
  /** The clock's step; undefined where times are differences of wall clocks. */
  readonly tickNs: number | undefined;
}

/**
 * Times those of a plan's dispatches whose signature is not `known`, each signature once. Rejects with the signal's reason when aborted;
 * `onTimed` has had what was measured until then.
 */
export async function benchDispatches(
  open: OpenDevice,
  plan: Plan,
  tensors: Tensors,
  known: { has(signature: string): boolean },
  options: { signal?: AbortSignal; onTimed?: (timed: ReadonlyMap<string, TimedDispatch>) => void } = {},
): Promise<DispatchBench> {
  const wanted = new Map<string, number>();
  for (const [i, dispatch] of plan.dispatches.entries()) {
    const signature = signatureOf(plan, dispatch);
    if (!known.has(signature) && !wanted.has(signature)) wanted.set(signature, i);
  }
  const all = [...wanted];
  const timed = new Map<string, TimedDispatch>();
  let tickNs: number | undefined;
  for (let at = 0; at < all.length; at += atOnce) {
    options.signal?.throwIfAborted();
    const part = all.slice(at, at + atOnce);
    const own = partOfPlan(
      plan,
      part.map(([, index]) => index),
    );
    const program = await Program.load(open, own, tensors, { rate: firstRate(open.adapter.software) });
    try {
      const found = await rotated(program, options.signal);
      tickNs = found.tickNs ?? tickNs;
      const entries = part.map(([signature, index], i) => {
        const dispatch = plan.dispatches[index] as PlanDispatch;
        return [signature, entryOf(dispatch, found.estimates[i] as Estimate)] as const;
      });
      for (const [signature, entry] of entries) timed.set(signature, entry);
      options.onTimed?.(new Map(entries));
    } finally {
      program.destroy();
    }
  }
  return { timed, tickNs };
}

function entryOf({ kernel, macs, bytes, workgroups: [x, y, z] }: PlanDispatch, found: Estimate): TimedDispatch {
  const { ms, interval, runs } = found;
  return {
    ms,
    interval: interval ? [interval[0], interval[1]] : null,
    runs,
    kernel,
    macs,
    bytes,
    workgroups: x * y * z,
  };
}

async function rotated(program: Program, signal?: AbortSignal) {
  const timer = timerFor(program);
  try {
    await timer.each();
    const once = await timer.each();
    const counts = once.map((ms) => Math.min(mostRepeats, Math.max(1, Math.ceil(armMs / Math.max(ms, 1e-3)))));
    const doubled = counts.map((count) => 2 * count);
    const times: number[][] = [];
    const tickMs = (): number => (timer.tickNs ?? 0) / 1e6;
    const estimates = (): Estimate[] =>
      program.dispatches.map((_, i) =>
        estimate(
          times.map((round) => round[i] as number),
          tickMs(),
        ),
      );
    const until = performance.now() + budgetMs;
    do {
      for (let round = 0; round < rounds; round++) {
        signal?.throwIfAborted();
        const [few, many] = [await timer.each(counts), await timer.each(doubled)];
        times.push(counts.map((count, i) => Math.max(0, (many[i]! - few[i]!) / count)));
      }
    } while (performance.now() < until && looseness(estimates()) > looseEnough);
    return { estimates: estimates(), tickNs: timer.tickNs };
  } finally {
    timer.destroy();
  }
}

/** Groups of runs, and runs of a group. */
const [groups, runsOfGroup] = [4, 7];

/**
 * Input in JS to logits in JS of a whole net, milliseconds, after one run that warms up: the least of the medians of some groups of runs, since
 * what else a device does for a moment only ever adds.
 */
export async function wholeNetMs(
  open: OpenDevice,
  plan: Plan,
  tensors: Tensors,
  inputs: readonly Float32Array[],
): Promise<number> {
  const program = await Program.load(open, plan, tensors, { rate: firstRate(open.adapter.software) });
  const run = async (): Promise<number> => {
    const start = performance.now();
    await program.run(inputs);
    return performance.now() - start;
  };
  try {
    await run();
    let least = Infinity;
    for (let group = 0; group < groups; group++) {
      const times: number[] = [];
      for (let i = 0; i < runsOfGroup; i++) times.push(await run());
      least = Math.min(least, median(times));
    }
    return least;
  } finally {
    program.destroy();
  }
}
