// Tuning on a device: every step's candidates timed in turn inside a budget, then the tuned plan raced against the default, which it has to beat.
import type { Precision } from '../../gpu-kernels/kernel.ts';
import type { Step } from '../../gpu-kernels/families/index.ts';
import type { Tensors } from '../../gpu-kernels/packing/weight-expr.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import type { StepProgram } from '../../graph/lower/steps.ts';
import { assemblePlan, planSteps, type PlanOptions } from '../../graph/plan/make-plan.ts';
import { firstRate } from '../../graph/plan/schedule.ts';
import { candidates, checksum, stepKey, type Choices, type Tuning } from '../../graph/plan/tuning.ts';
import type { OpenDevice } from './device.ts';
import { estimate, isCoarse } from './estimate.ts';
import { Program } from './program.ts';
import { timerFor } from './timers.ts';
import { median } from './timing.ts';

export interface TuneOptions {
  readonly precision: Precision;
  /** Time for the candidates; the race at the end comes on top. */
  readonly budgetMs: number;
  /** Stops the candidates where they are and races what is won so far. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Of earlier tunings, by key: steps whose candidates are still the same are not timed again. */
  readonly known?: ReadonlyMap<string, Tuning['entries'][number]>;
}

export interface Tuned {
  readonly tuning: Tuning;
  /** Steps whose candidates were timed now; the other entries were known. */
  readonly timed: number;
}

/** Rounds of all candidates of a step, in turn; more while they are short beside the clock's step. */
const rounds = 9;
const maxRounds = 25;
/** Time of a candidate's rounds together, milliseconds, that is worth taking a median of. */
const enoughMs = 4;
/** A candidate must take less than this share of the default's time, in the median and at its best: the rest is noise. */
const worthwhile = 0.95;
const pairs = 11;

interface Entry {
  readonly key: string;
  readonly step: Step;
  readonly steps: number;
}

/** Steps of one key, each once. */
function grouped(steps: readonly Step[], precision: Precision): Entry[] {
  const groups = new Map<string, Entry>();
  for (const step of steps) {
    const key = stepKey(step, precision);
    groups.set(key, { key, step, steps: (groups.get(key)?.steps ?? 0) + 1 });
  }
  return [...groups.values()];
}

/** One step as a program of its own. */
function alone({ inPlace: _, ...step }: Step): StepProgram {
  const inputs = [...new Map(step.inputs.map((value) => [value.id, value])).values()];
  const named = (value: Step['inputs'][number]) => ({ node: value.id, value });
  return { steps: [step], inputs: inputs.map(named), outputs: step.outputs.map(named) };
}

export async function tune(
  open: OpenDevice,
  graph: InferredGraph,
  tensors: Tensors,
  options: TuneOptions,
): Promise<Tuned> {
  const { precision, signal, known } = options;
  const plan: PlanOptions = { caps: open.capabilities, precision, limits: open.limits };
  const program = planSteps(graph, plan);
  const rate = firstRate(open.adapter.software);
  const load = (choices: Choices): Promise<Program> =>
    Program.load(open, assemblePlan(graph, program, { ...plan, choices }), tensors, { rate: { ...rate } });
  const untuned = await load(new Map());
  const costs = await dispatchCosts(untuned, program.steps, precision);
  const work = grouped(program.steps, precision)
    .filter(({ step }) => candidates(step, plan.caps, precision).length > 1)
    .sort((a, b) => (costs.get(b.key) ?? 0) - (costs.get(a.key) ?? 0));
  const until = performance.now() + options.budgetMs;
  const entries: Tuning['entries'] = [];
  const unknown = work.filter((entry) => {
    const found = known?.get(entry.key);
    const holds =
      found?.checksum === checksum(entry.step, candidates(entry.step, plan.caps, precision), plan.caps, precision);
    if (found && holds) entries.push({ ...found, node: entry.step.from.at(-1) as string, steps: entry.steps });
    return !holds;
  });
  let timedNow = 0;
  for (const [done, entry] of unknown.entries()) {
    if (signal?.aborted === true || performance.now() >= until) break;
    entries.push(await timed(open, graph, tensors, entry, plan, precision));
    timedNow++;
    options.onProgress?.(done + 1, unknown.length);
  }
  const choices = new Map(
    entries
      .filter(({ candidates: [first], chosen }) => first?.kernel !== chosen)
      .map(({ key, chosen }) => [key, chosen]),
  );
  const tuned = choices.size > 0 ? await load(choices) : undefined;
  const race = tuned ? await raced(untuned, tuned) : { pairs: 0, tunedMs: 0, defaultMs: 0, wins: 0, kept: false };
  const [batch = 1] = untuned.plan.inputs[0]?.shape ?? [];
  untuned.destroy();
  tuned?.destroy();
  const { vendor, architecture, description } = open.adapter;
  const tuning: Tuning = {
    format: 'bottleneck-tuning',
    version: 1,
    net: graph.name,
    adapter: { vendor, architecture, description },
    precision,
    for: untuned.plan.for,
    batch,
    entries,
    race,
  };
  return { tuning, timed: timedNow };
}

/** Key → milliseconds of all its steps in the untuned plan. */
async function dispatchCosts(
  program: Program,
  steps: readonly Step[],
  precision: Precision,
): Promise<ReadonlyMap<string, number>> {
  const timer = timerFor(program);
  try {
    await timer.whole();
    const costs = new Map<string, number>();
    (await timer.each()).forEach((ms, i) => {
      const key = stepKey(steps[i] as Step, precision);
      costs.set(key, (costs.get(key) ?? 0) + ms);
    });
    return costs;
  } finally {
    timer.destroy();
  }
}

/** All candidates of a step, in turn. */
async function timed(
  open: OpenDevice,
  graph: InferredGraph,
  tensors: Tensors,
  { key, step, steps }: Entry,
  options: PlanOptions,
  precision: Precision,
): Promise<Tuning['entries'][number]> {
  const { caps } = options;
  const kernels = candidates(step, caps, precision);
  const single = alone(step);
  const programs: Program[] = [];
  try {
    for (const { name } of kernels) {
      const choices = new Map([[stepKey(single.steps[0] as Step, precision), name]]);
      const rate = firstRate(open.adapter.software);
      programs.push(await Program.load(open, assemblePlan(graph, single, { ...options, choices }), tensors, { rate }));
    }
    const timers = programs.map(timerFor);
    const times: number[][] = programs.map(() => []);
    for (const timer of timers) await timer.whole();
    for (let round = 0; round < maxRounds; round++) {
      for (const [i, timer] of timers.entries()) times[i]?.push(await timer.whole());
      const shortest = Math.min(...times.map((own) => own.reduce((sum, ms) => sum + ms, 0)));
      if (round + 1 >= rounds && shortest >= enoughMs) break;
    }
    for (const timer of timers) timer.destroy();
    const tickMs = Math.max(...timers.map(({ tickNs = 0 }) => tickNs)) / 1e6;
    const estimates = times.map((own) => estimate(own, tickMs));
    const found = kernels.map(({ name }, i) => ({ kernel: name, ms: estimates[i]?.ms ?? 0 }));
    const [first] = found as [(typeof found)[0]];
    const atBest = (i: number): number => Math.min(...(times[i] as number[]));
    const [low = 0] = estimates[0]?.interval ?? [];
    // Under a coarse clock the best of a short kernel is zero whichever it is: then the intervals must lie apart.
    const isSurely = isCoarse(first.ms, tickMs)
      ? (i: number): boolean => (estimates[i]?.interval?.[1] ?? Infinity) < low
      : (i: number): boolean => atBest(i) < worthwhile * atBest(0);
    const best = found.reduce((a, b, i) => (b.ms < worthwhile * first.ms && isSurely(i) && b.ms < a.ms ? b : a), first);
    return {
      key,
      checksum: checksum(step, kernels, caps, precision),
      node: step.from.at(-1) as string,
      steps,
      candidates: found,
      chosen: best.kernel,
    };
  } finally {
    for (const program of programs) program.destroy();
  }
}

/** Interleaved, each pair in the other order. */
async function raced(untuned: Program, tuned: Program): Promise<Tuning['race']> {
  const [before, after] = [timerFor(untuned), timerFor(tuned)];
  const [own, others]: [number[], number[]] = [[], []];
  await after.whole();
  for (let pair = 0; pair < pairs; pair++) {
    if (pair % 2 === 0) others.push(await before.whole());
    own.push(await after.whole());
    if (pair % 2 === 1) others.push(await before.whole());
  }
  before.destroy();
  after.destroy();
  const wins = own.filter((ms, i) => ms < (others[i] as number)).length;
  const [tunedMs, defaultMs] = [median(own), median(others)];
  return { pairs, tunedMs, defaultMs, wins, kept: tunedMs < defaultMs && 2 * wins > pairs };
}
