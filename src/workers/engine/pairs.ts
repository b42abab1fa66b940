// Two nets timed against each other: loaded together, run in turns with the order swapped from pair to pair, so that what the device does meanwhile befalls both.
import type { Tensors } from '../../gpu-kernels/packing/weight-expr.ts';
import type { Plan } from '../../graph/plan/plan.ts';
import { firstRate } from '../../graph/plan/schedule.ts';
import type { OpenDevice } from './device.ts';
import { disturbancesOf, type Disturbance } from './disturbances.ts';
import { difference, estimate, type PairedDifference } from './estimate.ts';
import { madeUpInput } from './made-up.ts';
import { Program } from './program.ts';
import { timerFor } from './timers.ts';

export interface Contestant {
  readonly plan: Plan;
  readonly tensors: Tensors;
}

export interface Pairs {
  /** One pass of the whole net, median over the pairs, milliseconds. */
  readonly aMs: number;
  readonly bMs: number;
  /** b − a, pair by pair, milliseconds, with its 95 % interval. */
  readonly difference: PairedDifference;
  /** b ÷ a, likewise. */
  readonly ratio: PairedDifference;
  readonly pairs: number;
  /** Pairs in which b was faster. */
  readonly wins: number;
  /** Without timestamps: wall clocks. */
  readonly estimated: boolean;
  readonly tickNs?: number;
  readonly disturbed: readonly Disturbance[];
}

export interface PairHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string, share: number) => void;
  /** At least so many, when the budget allows, and never fewer than {@link fewestPairs}. */
  readonly pairs?: number;
  readonly budgetMs?: number;
}

/** Below this a median has no 95 % interval of its own. */
const fewestPairs = 7;

/** Rejects with the signal's reason when aborted, and as `Program.load` does. Weights and pictures are made up by the caller's tensors and the plan. */
export async function timePairs(open: OpenDevice, a: Contestant, b: Contestant, hooks: PairHooks = {}): Promise<Pairs> {
  const { signal, onProgress, pairs = 15, budgetMs = 4000 } = hooks;
  const programs: Program[] = [];
  const timers: ReturnType<typeof timerFor>[] = [];
  try {
    for (const [i, { plan, tensors }] of [a, b].entries()) {
      onProgress?.('Compiling', 0.2 * i);
      const program = await Program.load(open, plan, tensors, { rate: firstRate(open.adapter.software) });
      programs.push(program);
      // The inputs stay on the device: a pass is what is timed.
      await program.run(
        plan.inputs.map(({ shape }) => madeUpInput(shape)),
        signal ? { signal } : {},
      );
      timers.push(timerFor(program));
    }
    const [first, second] = timers as [(typeof timers)[0], (typeof timers)[0]];
    await first.whole();
    await second.whole();
    const [as, bs]: [number[], number[]] = [[], []];
    const until = performance.now() + budgetMs;
    while (as.length < fewestPairs || (as.length < pairs && performance.now() < until)) {
      signal?.throwIfAborted();
      const odd = as.length % 2 === 1;
      if (odd) bs.push(await second.whole());
      as.push(await first.whole());
      if (!odd) bs.push(await second.whole());
      onProgress?.(`Timing in pairs: ${as.length} of ${pairs}`, 0.4 + (0.6 * as.length) / pairs);
    }
    const tickNs = first.tickNs ?? second.tickNs;
    const tickMs = (tickNs ?? 0) / 1e6;
    return {
      aMs: estimate(as, tickMs).ms,
      bMs: estimate(bs, tickMs).ms,
      difference: difference(
        bs.map((ms, i) => ms - (as[i] as number)),
        tickMs,
      ),
      ratio: difference(bs.map((ms, i) => ms / Math.max(1e-6, as[i] as number))),
      pairs: as.length,
      wins: bs.filter((ms, i) => ms < (as[i] as number)).length,
      estimated: first.estimated,
      ...(tickNs !== undefined && { tickNs }),
      disturbed: [...new Set([...disturbancesOf(as), ...disturbancesOf(bs)])],
    };
  } finally {
    for (const timer of timers) timer.destroy();
    for (const program of programs) program.destroy();
  }
}
