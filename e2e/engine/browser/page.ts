// The page of the engine's own tests: the product's client and worker without the app, driven by calls that a test makes from outside.
import { checkRecord, type GoldenReport } from '../../../src/graph/inspect/golden-check.ts';
import type { GoldenRecord } from '../../../src/graph/inspect/golden.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { makePlan } from '../../../src/graph/plan/make-plan.ts';
import type { Plan } from '../../../src/graph/plan/plan.ts';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { runReference, spread } from '../../../src/graph/ir/reference.ts';
import { EngineClient } from '../../../src/workers/border/client.ts';
import type { ObjectCounts } from '../../../src/workers/engine/object-counter.ts';
import type { DeviceFacts, EngineEvent, Outcome } from '../../../src/workers/border/protocol.ts';
import { netFrom, tinyNet, type Net } from '../../../tests/gpu/tiny-net.ts';
import { clock, type Hook, type HookReply, type Loss, type Moment } from './hooks.ts';
import { checkKernels, type KernelReport } from './kernels.ts';

export interface Recovery {
  /** From the loss, milliseconds: noticed, a new device open, the call under way answered. */
  readonly detectMs: number;
  readonly readyMs: number;
  readonly answerMs: number;
  /** Losses that the engine noticed and devices that it opened. */
  readonly losses: number;
  readonly devices: number;
  /** Largest difference from the reference in standard deviations of the logits: of the call under way, where it gives logits, and of the next run. */
  readonly worst: number;
}

export interface Replacement {
  readonly why: string;
  /** From the hang or throw to the answer of the run, milliseconds. */
  readonly answerMs: number;
  readonly worst: number;
}

let worker: Worker;
const replies: ((reply: HookReply) => void)[] = [];
const events: { readonly event: EngineEvent; readonly at: number }[] = [];
const restarts: string[] = [];

const client = new EngineClient({
  spawn: () => {
    worker = new Worker('/worker.js', { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<HookReply | { reply?: undefined } | undefined>) => {
      if (data?.reply) for (const listener of replies.splice(0)) listener(data);
    });
    return worker;
  },
  onEvent: (event) => events.push({ event, at: clock() }),
  onRestart: (why) => restarts.push(why),
});

let subject: { readonly net: Net; readonly plan: Plan; readonly expected: Float32Array; readonly std: number };

function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.problem.kind}: ${outcome.problem.message}`);
  return outcome.value;
}

const tell = (hook: Hook): void => worker.postMessage(hook);
const nextReply = (): Promise<HookReply> => new Promise((resolve) => replies.push(resolve));

function preset(name: string): InferredGraph {
  const found = resolvePreset(name);
  if ('problem' in found) throw new Error(found.problem);
  const { graph, problems } = expand(found.architecture, name);
  if (!graph) throw new Error(problems.map(({ message }) => message).join('; '));
  return graph;
}

const planFor = async (graph: InferredGraph, keep: readonly string[] = []): Promise<Plan> => {
  const { capabilities, limits } = value(await client.open());
  return makePlan(graph, { caps: capabilities, limits, keep });
};

async function runOnce(): Promise<Float32Array> {
  return value(await client.run([subject.net.input])).outputs[0] as Float32Array;
}

/** Standard deviations between logits and their reference; infinite when one of them is no number. */
function distance(logits: Float32Array): number {
  const { expected, std } = subject;
  let worst = logits.length === expected.length ? 0 : Infinity;
  expected.forEach((reference, i) => {
    const gap = Math.abs((logits[i] as number) - reference) / std;
    worst = Number.isNaN(gap) ? Infinity : Math.max(worst, gap);
  });
  return worst;
}

const calls = {
  open: async (): Promise<DeviceFacts> => value(await client.open()),

  /** A golden record, carried out by the worker. */
  golden: (record: GoldenRecord): Promise<GoldenReport> =>
    checkRecord(record, {
      build: (size) => preset(`${record.model}@${size}`),
      execute: async (graph, params, input, keep) => {
        const plan = await planFor(graph, keep);
        value(await client.load(plan, () => Promise.resolve(params)));
        const { outputs } = value(
          await client.run(
            [input],
            plan.outputs.map((_, i) => i),
          ),
        );
        return new Map(plan.outputs.map(({ node }, i) => [node, outputs[i] as Float32Array]));
      },
    }),

  kernels: async (): Promise<KernelReport[]> => checkKernels(value(await client.open()).capabilities, client),

  /** Loads a preset, or the tiny net when none is named; later calls use it. Says how far its first logits are from the reference. */
  async load(name?: string): Promise<number> {
    const net = name === undefined ? tinyNet() : netFrom(preset(name));
    const expected = runReference(net.graph, net.params, net.input).get(net.graph.outputs[0] as string) as Float32Array;
    subject = { net, plan: await planFor(net.graph), expected, std: spread(expected).std };
    value(await client.load(subject.plan, () => Promise.resolve(net.params)));
    return distance(await runOnce());
  },

  /** Loses the device behind the `nth` call of a kind and waits until the call that it hit is answered all the same, and one more. */
  async lose(loss: Loss, moment: Moment, nth: number): Promise<Recovery> {
    events.length = 0;
    const lost = nextReply();
    tell({ hook: 'lose', loss, moment, nth });
    let worst = 0;
    if (moment === 'compile' || moment === 'upload') {
      // Other text, so that every shader is compiled again.
      const modules = subject.plan.modules.map((wgsl) => `${wgsl}\n// ${clock()}`);
      value(await client.load({ ...subject.plan, modules }, () => Promise.resolve(subject.net.params)));
    } else worst = distance(await runOnce());
    const answered = clock();
    const reply = await Promise.race([
      lost,
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 1000)),
    ]);
    if (reply?.reply !== 'lost') throw new Error(`the work ended before ${moment} ${nth} was reached`);
    worst = Math.max(worst, distance(await runOnce()));
    const of = (state: 'recovering' | 'ready') =>
      events.filter(({ event }) => event.event === 'state' && event.state === state);
    const since = (at: number | undefined): number => (at ?? NaN) - reply.at;
    return {
      detectMs: since(of('recovering')[0]?.at),
      readyMs: since(of('ready').at(-1)?.at),
      answerMs: since(answered),
      losses: of('recovering').length,
      devices: of('ready').length,
      worst,
    };
  },

  /** Runs of the loaded net, one after another; how many gave other bits than the first one. */
  async soak(runs: number): Promise<{ readonly different: number; readonly counts: ObjectCounts }> {
    const first = await runOnce();
    let different = 0;
    for (let run = 1; run < runs; run++) {
      const logits = await runOnce();
      if (logits.some((x, i) => x !== first[i])) different++;
    }
    const reply = nextReply();
    tell({ hook: 'counts' });
    return { different, counts: ((await reply) as Extract<HookReply, { reply: 'counts' }>).counts };
  },

  /** Makes the worker hang or throw while a run is under way. */
  async breakWorker(how: 'hang' | 'throw'): Promise<Replacement> {
    const before = restarts.length;
    const start = clock();
    tell({ hook: how });
    const under = distance(await runOnce());
    const answerMs = clock() - start;
    // The run may have been faster than the error.
    while (restarts.length === before) await new Promise((resolve) => setTimeout(resolve, 10));
    return { why: restarts.slice(before).join('; '), answerMs, worst: Math.max(under, distance(await runOnce())) };
  },

  /** Errors that no scope caught, and workers that were given up. */
  findings: () => ({
    gpuErrors: events.flatMap(({ event }) => (event.event === 'gpu-error' ? [event.message] : [])),
    restarts,
  }),
};

export type Calls = typeof calls;
Object.assign(globalThis, { calls });
