// A kernel's text as someone edited it, put to the test: it compiles, computes what its step means, and is faster than the one it would replace, or it is refused with the reason.
import type { Tensors } from '../../gpu-kernels/packing/weight-expr.ts';
import type { Step } from '../../gpu-kernels/families/index.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { planSteps } from '../../graph/plan/make-plan.ts';
import type { Plan } from '../../graph/plan/plan.ts';
import { firstRate } from '../../graph/plan/schedule.ts';
import { partOfPlan } from '../../graph/plan/signature.ts';
import { ShaderError, type OpenDevice, type ShaderMessage } from './device.ts';
import { estimate, type Estimate } from './estimate.ts';
import { compare, type Difference } from './kernel-check.ts';
import { madeUpInput } from './made-up.ts';
import { Program } from './program.ts';
import { operands, placeAt, runAndRead } from './step-memory.ts';
import { timerFor } from './timers.ts';

export type Trial =
  | { readonly verdict: 'does not compile'; readonly messages: readonly ShaderMessage[] }
  | { readonly verdict: 'wrong'; readonly worst: Difference }
  | {
      readonly verdict: 'faster' | 'not faster';
      /** Largest difference to the reference, as a share of the largest magnitude. */
      readonly error: number;
      readonly pairs: number;
      readonly wins: number;
      readonly editedMs: number;
      readonly currentMs: number;
      /** Median of the pairs' ratios, edited ÷ current, and its 95 % interval. */
      readonly ratio: number;
      readonly interval: readonly [low: number, high: number];
    };

export interface TrialSubject {
  readonly graph: InferredGraph;
  /** As it runs now. */
  readonly plan: Plan;
  readonly tensors: Tensors;
  /** Of the plan's dispatches. */
  readonly index: number;
  readonly wgsl: string;
}

export interface TrialHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string, share: number) => void;
  /** Of timings, 21 when not given. */
  readonly pairs?: number;
}

/** A timed arm repeats the dispatch until the faster kernel takes this long, milliseconds, or the slower one this long. */
const armMs = 4;
const longArmMs = 60;
const mostRepeats = 256;
/** After so many pairs a kernel that is surely slower is let off the rest. */
const fewPairs = 7;
/** The upper end of the ratio's interval must lie below this: the rest is noise. */
const worthwhile = 0.99;

/** Rejects with the signal's reason when aborted, and as `Program.load` does for the kernel that runs now. */
export async function tryKernel(open: OpenDevice, subject: TrialSubject, hooks: TrialHooks = {}): Promise<Trial> {
  const { plan, index, wgsl, tensors } = subject;
  const { signal, onProgress } = hooks;
  const rate = firstRate(open.adapter.software);
  const load = (of: Plan): Promise<Program> => Program.load(open, of, tensors, { rate: { ...rate } });
  const module = plan.dispatches[index]?.module;
  if (module === undefined) throw new Error(`${plan.net} has no dispatch ${index}`);
  // The text serves all dispatches that share it: all of them are checked.
  const users = plan.dispatches.flatMap((dispatch, i) => (dispatch.module === module ? [i] : []));
  const current = partOfPlan(plan, users);
  const programs: Program[] = [];
  try {
    onProgress?.('Compiling', 0);
    try {
      programs.push(await load({ ...current, modules: current.modules.map(() => wgsl) }));
    } catch (error) {
      if (error instanceof ShaderError) return { verdict: 'does not compile', messages: error.messages };
      throw error;
    }
    programs.push(await load(current));
    const [edited, own] = programs as [Program, Program];
    const captured = await capture(open, subject, users, hooks);
    const { steps } = planSteps(subject.graph, { caps: open.capabilities, precision: plan.precision });
    let error = 0;
    for (const [position, dispatch] of users.entries()) {
      const step = steps[dispatch] as Step;
      const places = operands(step).map((value) => placeAt(plan, dispatch, value, plan.precision));
      const random = places.map(({ shape, node }) => madeUpInput(shape, `trial/${node}`));
      for (const given of ['random numbers', 'captured values'] as const) {
        signal?.throwIfAborted();
        onProgress?.('Comparing with the reference', 0.2 + (0.5 * position) / users.length);
        const inputs = given === 'random numbers' ? random : (captured[position] as Float32Array[]);
        const found = await compare({ plan, tensors }, step, dispatch, inputs, [edited, own], position, given);
        if ('value' in found) return { verdict: 'wrong', worst: found };
        error = Math.max(error, found.error);
      }
    }
    onProgress?.('Timing in pairs', 0.7);
    const times = await race(edited, own, users.indexOf(index), hooks);
    return { ...times, error };
  } finally {
    for (const program of programs) program.destroy();
  }
}

/** What the dispatches read in a run of the net with a made-up picture. */
async function capture(
  open: OpenDevice,
  { plan, graph, tensors }: TrialSubject,
  users: readonly number[],
  { signal, onProgress }: TrialHooks,
): Promise<Float32Array[][]> {
  onProgress?.('Running the net up to the kernel', 0.1);
  const { steps } = planSteps(graph, { caps: open.capabilities, precision: plan.precision });
  const last = users.at(-1) as number;
  const before = partOfPlan(
    plan,
    Array.from({ length: last }, (_, i) => i),
  );
  const program = await Program.load(open, before, tensors, { rate: firstRate(open.adapter.software) });
  try {
    plan.inputs.forEach(({ shape }, i) => program.writeInput(i, madeUpInput(shape)));
    const captured: Float32Array[][] = [];
    let from = 0;
    for (const index of users) {
      signal?.throwIfAborted();
      const places = operands(steps[index] as Step).map((value) => placeAt(plan, index, value, plan.precision));
      captured.push(await runAndRead(program, [from, index], places));
      from = index;
    }
    return captured;
  } finally {
    program.destroy();
  }
}

/** Interleaved, each pair in the other order. */
async function race(edited: Program, own: Program, position: number, { signal, pairs = 21 }: TrialHooks) {
  const [mine, theirs] = [timerFor(edited), timerFor(own)];
  const count = (repeats: number): number[] => edited.dispatches.map((_, i) => (i === position ? repeats : 1));
  try {
    const once = async (timer: typeof mine, repeats: number): Promise<number> =>
      (await timer.each(count(repeats)))[position] as number;
    const alone = async (timer: typeof mine): Promise<number> =>
      Math.max(1e-3, Math.min(await once(timer, 1), await once(timer, 1)));
    const [edit, now] = [await alone(mine), await alone(theirs)];
    const wanted = Math.min(armMs / Math.min(edit, now), longArmMs / Math.max(edit, now));
    const repeats = Math.min(mostRepeats, Math.max(1, Math.ceil(wanted)));
    const [times, others]: [number[], number[]] = [[], []];
    const ratios = (): Estimate => estimate(times.map((ms, i) => ms / (others[i] || 1e-9)));
    while (times.length < pairs) {
      signal?.throwIfAborted();
      const odd = times.length % 2 === 1;
      if (!odd) others.push(await once(theirs, repeats));
      times.push(await once(mine, repeats));
      if (odd) others.push(await once(theirs, repeats));
      if (times.length === fewPairs && (ratios().interval?.[0] ?? 0) > 1) break;
    }
    const { ms: ratio, interval = [0, Infinity] } = ratios();
    return {
      verdict: interval[1] < worthwhile ? ('faster' as const) : ('not faster' as const),
      pairs: times.length,
      wins: times.filter((ms, i) => ms < (others[i] as number)).length,
      editedMs: estimate(times).ms / repeats,
      currentMs: estimate(others).ms / repeats,
      ratio,
      interval,
    };
  } finally {
    mine.destroy();
    theirs.destroy();
  }
}
