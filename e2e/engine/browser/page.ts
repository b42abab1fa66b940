// The page of the engine's own tests: the product's client and worker without the app, driven by calls that a test makes from outside.
import * as Comlink from 'comlink';
import { print } from '../../../src/graph/notation/print.ts';
import { checkRecord, type GoldenReport } from '../../../src/graph/inspect/golden-check.ts';
import { generateTensor, type GoldenRecord } from '../../../src/graph/inspect/golden.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { runReference, spread } from '../../../src/graph/ir/reference.ts';
import { preparationFor, preparePicture, type Preparation } from '../../../src/graph/pictures/preprocess.ts';
import { makePlan } from '../../../src/graph/plan/make-plan.ts';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';
import { WorkerClient } from '../../../src/workers/border/client.ts';
import type { BorderEvent, Outcome } from '../../../src/workers/border/protocol.ts';
import type { ObjectCounts } from '../../../src/workers/engine/object-counter.ts';
import type { MeasureCalls, Measurement } from '../../../src/workers/jobs/measure/protocol.ts';
import type { Look, VisionCalls } from '../../../src/workers/jobs/vision/protocol.ts';
import { pictureGraph } from '../../../src/workers/pictures/picture-graph.ts';
import { clock, type Hook, type HookReply, type Loss, type Moment } from './hooks.ts';
import { checkKernels, type KernelReport } from './kernels.ts';
import type { PlanCalls } from './plans.ts';

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
  /** From the hang or throw to the answer of the measurement under way, milliseconds. */
  readonly answerMs: number;
  /** What the pictures' job was told. */
  readonly told: string;
  readonly worst: number;
}

let worker: Worker;
const replies: ((reply: HookReply) => void)[] = [];
const events: { readonly event: BorderEvent; readonly at: number }[] = [];
const stops: string[] = [];

const client = new WorkerClient({
  spawn: () => {
    worker = new Worker('/worker.js', { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<HookReply | { reply?: undefined } | undefined>) => {
      if (data?.reply) for (const listener of replies.splice(0)) listener(data);
    });
    return worker;
  },
  onEvent: (event) => events.push({ event, at: clock() }),
  onStopped: (why) => stops.push(why),
});
const measuring = client.job<MeasureCalls>('measure');
const vision = client.job<VisionCalls>('vision');
const plans = client.job<PlanCalls>('plans');

/** What is looked at, and what the reference makes of it. */
let subject: {
  readonly text: string;
  readonly preparation: Preparation;
  readonly picture: ImageData;
  readonly expected: Float32Array;
  readonly std: number;
};

function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.problem.kind}: ${outcome.problem.message}`);
  return outcome.value;
}

const tell = (hook: Hook): void => worker.postMessage(hook);
const nextReply = (): Promise<HookReply> => new Promise((resolve) => replies.push(resolve));

function preset(name: string): { readonly graph: InferredGraph; readonly text: string } {
  const found = resolvePreset(name);
  if ('problem' in found) throw new Error(found.problem);
  const { graph, problems } = expand(found.architecture, name);
  if (!graph) throw new Error(problems.map(({ message }) => message).join('; '));
  return { graph, text: print(found.architecture) };
}

/** A few layers that meet every kind of step in a block; `size`: another one has other shaders. */
const tiny = (size: number): string => `input 3x${size}x${size}
act relu6
conv      k3 s2 c8
mbconv    k3 s2 c12 e3
mbconv    k3    c12 e3 se0.25
conv      k1    c24
pool
linear    c10
`;
const tinySize = 16;

/** Squares of other colours: nothing is smooth, so that every tap counts. */
function picture(width: number, height: number): ImageData {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) data.set([(i * 37) % 256, (i * 91) % 256, (i * 13) % 256, 255], 4 * i);
  return new ImageData(data, width, height);
}

const open = async (text: string): Promise<void> => {
  const request = { net: { name: 'tested', text }, weights: { kind: 'made-up' }, keep: [], way: 'webgpu' } as const;
  const opened = value(await vision.call((calls, ticket) => calls.openNet(ticket, request)));
  if (!opened.fits || opened.path.kind !== 'webgpu') throw new Error(`not on the GPU: ${JSON.stringify(opened)}`);
};

/** Shows the picture to the net that is open. */
async function look(): Promise<Look> {
  const { picture, preparation } = subject;
  const bitmap = await createImageBitmap(picture);
  return value(
    await vision.call((calls, ticket) => calls.look(ticket, Comlink.transfer(bitmap, [bitmap]), preparation)),
  );
}

/** The same picture once more. */
const again = async (): Promise<Float32Array> =>
  value(await vision.call((calls, ticket) => calls.again(ticket, subject.preparation))).logits;

const measureTiny = (size: number): Promise<Outcome<Measurement>> =>
  measuring.call(
    (calls, ticket) => calls.measure(ticket, { name: 'tiny', text: tiny(size), precision: 'f32', budgetMs: 1 }),
    { repeat: true },
  );

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
  /** A golden record, carried out by the worker. */
  golden: (record: GoldenRecord): Promise<GoldenReport> =>
    checkRecord(record, {
      build: (size) => preset(`${record.model}@${size}`).graph,
      execute: async (graph, params, input, keep) => {
        const { capabilities, limits } = value(await client.open());
        const plan = makePlan(graph, { caps: capabilities, limits, keep });
        const outputs = value(await plans.call((calls, ticket) => calls.run(ticket, plan, params, [input])));
        return new Map(plan.outputs.map(({ node }, i) => [node, outputs[i] as Float32Array]));
      },
    }),

  kernels: async (): Promise<KernelReport[]> => checkKernels(value(await client.open()).capabilities, plans),

  /** Opens a preset, or a tiny net when none is named, and shows it a picture; later calls use both. Says how far its logits are from the reference. */
  async load(name?: string): Promise<number> {
    const text = name === undefined ? tiny(tinySize) : preset(name).text;
    const graph = pictureGraph({ name: 'tested', text });
    const [, height, width] = graph.facts.get(graph.inputs[0] as string)?.shape as readonly number[];
    const preparation = preparationFor([3, height as number, width as number], {});
    const params = new Map(
      graphParams(graph).map(({ name, shape }) => [name, generateTensor('profile', name, shape)] as const),
    );
    const shown = picture(40, 30);
    const expected = runReference(graph, params, preparePicture(shown, preparation)).get(
      graph.outputs[0] as string,
    ) as Float32Array;
    subject = { text, preparation, picture: shown, expected, std: spread(expected).std };
    await open(text);
    const { logits, preparedOn } = await look();
    if (preparedOn !== 'gpu') throw new Error('the picture was not prepared on the GPU');
    return distance(logits);
  },

  /**
   * Loses the device behind the `nth` call of a kind and waits until the call that it hit is answered all the same, and one more.
   * `size` is of a net that was never measured before, so that its shaders are compiled.
   */
  async lose(loss: Loss, moment: Moment, nth: number, size: number): Promise<Recovery> {
    events.length = 0;
    const lost = nextReply();
    tell({ hook: 'lose', loss, moment, nth });
    let worst = 0;
    if (moment === 'compile' || moment === 'upload') value(await measureTiny(size));
    else worst = distance(await again());
    const answered = clock();
    const reply = await Promise.race([
      lost,
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 1000)),
    ]);
    if (reply?.reply !== 'lost') throw new Error(`the work ended before ${moment} ${nth} was reached`);
    worst = Math.max(worst, distance(await again()));
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

  /** Answers about the same picture, one after another; how many gave other bits than the first one. */
  async soak(runs: number): Promise<{ readonly different: number; readonly counts: ObjectCounts }> {
    const first = await again();
    let different = 0;
    for (let run = 1; run < runs; run++) {
      const logits = await again();
      if (logits.some((x, i) => x !== first[i])) different++;
    }
    const reply = nextReply();
    tell({ hook: 'counts' });
    return { different, counts: ((await reply) as Extract<HookReply, { reply: 'counts' }>).counts };
  },

  /** Makes the worker hang or throw while a measurement and a look are under way. */
  async breakWorker(how: 'hang' | 'throw', size: number): Promise<Replacement> {
    const before = stops.length;
    const start = clock();
    const measured = measureTiny(size);
    const looked = vision.call((calls, ticket) => calls.again(ticket, subject.preparation));
    tell({ hook: how });
    value(await measured);
    const answerMs = clock() - start;
    const told = await looked;
    await open(subject.text);
    return {
      why: stops.slice(before).join('; '),
      answerMs,
      told: told.ok ? 'answered' : told.problem.kind,
      worst: distance((await look()).logits),
    };
  },

  /** Errors that no scope caught, and workers that were given up. */
  findings: () => ({
    gpuErrors: events.flatMap(({ event }) => (event.event === 'gpu-error' ? [event.message] : [])),
    stops,
  }),
};

export type Calls = typeof calls;
Object.assign(globalThis, { calls });
