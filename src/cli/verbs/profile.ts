// `profile NET`: what every dispatch of a net costs on an adapter, cold and warm, with the counts that must stay at one.
import type { Plan, PlanDispatch } from '../../graph/plan/plan.ts';
import { firstRate } from '../../graph/plan/schedule.ts';
import { nodesText } from '../../graph/plan/print.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import type { QuantizedNet } from '../../graph/quant/quantize.ts';
import { generateInput, generateTensor } from '../../graph/inspect/golden.ts';
import { nchwToNhwc } from '../../graph/ir/reference.ts';
import { countObjects, difference } from '../../workers/engine/object-counter.ts';
import { Program } from '../../workers/engine/program.ts';
import type { Estimate } from '../../workers/engine/estimate.ts';
import { profile as measure } from '../../workers/engine/timing.ts';
import { batched, batchOption } from '../batch.ts';
import { budgetOption, judge, parseBudget, verdictText, type BudgetVerdict } from '../budget.ts';
import { planOrSay } from '../fitting.ts';
import { gpuOptions, openGpu, planFor, plannedFor, precisionOf } from '../gpu-device.ts';
import { int8Plan, namesQuantizedFile, openQuantized } from '../quantized.ts';
import { graphOf } from '../imported.ts';
import { shapeText, textTable } from '../text-table.ts';
import { json, UsageError, type Verb } from '../verb.ts';

/** One dispatch; `node` is the node with most of its work. */
export interface ProfileLayer {
  readonly node: string;
  readonly nodes: readonly string[];
  readonly op: string;
  readonly shape: readonly number[];
  readonly kernel: string;
  /** Median, or mean where the clock's step is coarse for it (`tickNs`); 95 % interval; how many rounds. */
  readonly ms: number;
  readonly interval: readonly [lowMs: number, highMs: number] | null;
  readonly p90Ms: number;
  readonly runs: number;
  /** Part of the sum of all layers. */
  readonly share: number;
  readonly gmacPerS: number;
  readonly gbPerS: number;
}

/** The JSON of `profile --json`; stable. */
export interface ProfileJson {
  readonly net: string;
  readonly input: readonly number[];
  /** Inputs that one run takes together. */
  readonly batch: number;
  readonly adapter: {
    readonly vendor: string;
    readonly architecture: string;
    readonly description: string;
    readonly software: boolean;
  };
  readonly precision: 'f32' | 'f16' | 'int8';
  /** What the plan was made for. */
  readonly for: 'gpu' | 'software';
  readonly dispatches: number;
  readonly passes: number;
  readonly submits: number;
  /** Lasting GPU objects created by one warm inference. */
  readonly objectsPerRun: number;
  readonly cold: { readonly compileMs: number; readonly uploadMs: number; readonly firstRunMs: number };
  /** Input in JS to logits in JS. */
  readonly warm: { readonly medianMs: number; readonly p90Ms: number; readonly runs: number };
  /** Median of one pass with all dispatches. */
  readonly gpuMs: number;
  /** gpuMs − Σ layers: what timing each dispatch in a pass of its own changed. */
  readonly betweenMs: number;
  /** True where the adapter has no timestamps. */
  readonly estimated: boolean;
  /** The clock's step in nanoseconds, found from the timestamps; null where there are none. */
  readonly tickNs: number | null;
  /** Bytes that stay on the GPU: packed weights, and the buffers that activations share. */
  readonly weightBytes: number;
  readonly activationBytes: number;
  /** One entry per limit of --budget. */
  readonly budget?: readonly BudgetVerdict[];
  readonly layers: readonly ProfileLayer[];
}

export const profile: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Runs a net with made-up weights, or a file of `quantize` in integers, and shows what every layer costs.',
  options: [
    {
      name: 'input',
      value: 'N',
      range: { min: 1, max: 2048, integer: true },
      doc: 'Input height and width in pixels.',
    },
    {
      name: 'runs',
      value: 'N',
      range: { min: 1, max: 10000, integer: true },
      doc: 'Runs that medians are taken of; 20 when not given.',
    },
    batchOption,
    budgetOption,
    ...gpuOptions,
    planFor,
    json,
  ],
  async run({ positionals, number, word, flag }, console) {
    const name = positionals[0] as string;
    const limits = word('budget');
    const budget = limits === undefined ? undefined : parseBudget(limits);
    const quantized = namesQuantizedFile(name) ? openQuantized(name).net : undefined;
    if (quantized && ['input', 'precision', 'batch'].some((option) => word(option) !== undefined)) {
      throw new UsageError(
        'a quantized net has its input size, precision and one input a run: leave --input, --precision and --batch away.',
      );
    }
    const float = (input?: number): InferredGraph => batched(graphOf(name, { input }), number('batch'));
    const graph = quantized?.graph ?? float(number('input'));
    const found = await profileGraph(graph, quantized, float, {
      adapter: word('adapter'),
      precision: word('precision'),
      for: word('for'),
      runs: number('runs') ?? 20,
    });
    const verdicts = budget && judge(budget, figures(found));
    if (flag('json')) console.out(JSON.stringify({ ...found, ...(verdicts && { budget: verdicts }) }, undefined, 2));
    else for (const line of [...report(found), ...(verdicts ?? []).map(verdictText)]) console.out(line);
    return verdicts?.some(({ kept }) => !kept) ? 1 : 0;
  },
};

async function profileGraph(
  graph: InferredGraph,
  quantized: QuantizedNet | undefined,
  rebuilt: (input: number) => InferredGraph,
  options: { adapter: string | undefined; precision: string | undefined; for: string | undefined; runs: number },
): Promise<ProfileJson> {
  const open = plannedFor(await openGpu(options.adapter), options.for);
  const precision = precisionOf(open, options.precision);
  const counts = countObjects(open.device);
  const integers = quantized && int8Plan(quantized, open);
  const plan = integers?.plan ?? planOrSay(graph, { caps: open.capabilities, precision, limits: open.limits }, rebuilt);
  const shapes = new Map(
    [...graph.facts.values()].flatMap(({ params }) => params.map(({ name, shape }) => [name, shape] as const)),
  );
  const madeUp = (name: string): Float32Array => generateTensor('profile', name, shapes.get(name) ?? []);
  const program = await Program.load(open, plan, integers?.tensors ?? madeUp, {
    rate: firstRate(open.adapter.software),
  });
  const inputs = plan.inputs.map(({ shape: [count = 1, ...rest] }) => {
    const one = nchwToNhwc(generateInput('profile', rest[0] ?? 1, rest[2], rest[1]), [1, ...rest]);
    const all = new Float32Array(count * one.length);
    for (let i = 0; i < count; i++) all.set(one, i * one.length);
    return all;
  });
  const times = await measure(program, inputs, { runs: options.runs });
  const before = { ...counts };
  await program.run(inputs);
  const run = difference(before, counts);
  const total = times.dispatchMs.reduce((sum, ms) => sum + ms, 0);
  const { vendor, architecture, description, software } = open.adapter;
  const [batch = 1, height, width, channels] = plan.inputs[0]?.shape ?? [];
  program.destroy();
  open.device.destroy();
  return {
    net: plan.net,
    input: [channels ?? 0, height ?? 0, width ?? 0],
    batch,
    adapter: { vendor, architecture, description, software },
    precision: quantized ? 'int8' : precision,
    for: plan.for,
    dispatches: run.dispatches,
    passes: run.passes,
    submits: run.submits,
    objectsPerRun: run.created,
    cold: { ...program.loadTimes, firstRunMs: times.firstRunMs },
    warm: { medianMs: times.warm.medianMs, p90Ms: times.warm.p90Ms, runs: times.warm.runs },
    gpuMs: times.gpu.medianMs,
    betweenMs: times.between,
    estimated: times.estimated,
    tickNs: times.tickNs ?? null,
    weightBytes: plan.weightBytes,
    activationBytes: plan.activationBytes,
    layers: plan.dispatches.map((dispatch, i) => layer(graph, plan, dispatch, times.estimates[i] as Estimate, total)),
  };
}

function layer(graph: InferredGraph, plan: Plan, dispatch: PlanDispatch, time: Estimate, total: number): ProfileLayer {
  const { ms, interval, p90Ms, runs } = time;
  const macs = (node: string): number => graph.facts.get(node)?.macs ?? 0;
  const node = dispatch.from.reduce((best, id) => (macs(id) > macs(best) ? id : best));
  const perSecond = (count: number): number => (ms > 0 ? count / ms / 1e6 : 0);
  return {
    node,
    nodes: dispatch.from,
    op: graph.nodes.find(({ id }) => id === node)?.op ?? '',
    shape: graph.facts.get(dispatch.from.at(-1) as string)?.shape ?? [],
    kernel: dispatch.kernel,
    ms,
    interval: interval ?? null,
    p90Ms,
    runs,
    share: total > 0 ? ms / total : 0,
    gmacPerS: perSecond(dispatch.macs),
    gbPerS: perSecond(dispatch.bytes),
  };
}

const figures = ({ warm, gpuMs, weightBytes, activationBytes, dispatches }: ProfileJson) => ({
  ms: warm.medianMs,
  'gpu-ms': gpuMs,
  mb: (weightBytes + activationBytes) / 1e6,
  dispatches,
});

function report(found: ProfileJson): string[] {
  const ms = (value: number): string => value.toFixed(3);
  const rows = found.layers.map((row, i) => [
    String(i),
    nodesText(row.nodes),
    row.op,
    shapeText(row.shape),
    ms(row.ms),
    row.interval ? ms((row.interval[1] - row.interval[0]) / 2) : '',
    (100 * row.share).toFixed(1),
    row.gmacPerS.toFixed(2),
    row.gbPerS.toFixed(2),
    row.kernel,
  ]);
  const sum = found.layers.reduce((total, row) => total + row.ms, 0);
  const path = found.adapter.software ? 'a CPU adapter: these times say nothing about GPUs' : 'WebGPU';
  return [
    `${found.net}, input ${found.input.join('×')}, ${found.precision}, the plan for ${found.for === 'gpu' ? 'a GPU' : 'a software adapter'}, on ${found.adapter.description} (${path})`,
    '',
    ...textTable(
      [
        { title: '#', right: true },
        { title: 'nodes' },
        { title: 'op' },
        { title: 'output' },
        { title: found.estimated ? 'ms (estimate)' : 'ms', right: true },
        { title: '±', right: true },
        { title: '%', right: true },
        { title: 'GMAC/s', right: true },
        { title: 'GB/s', right: true },
        { title: 'kernel' },
      ],
      rows,
    ),
    '',
    `layers ${ms(sum)} ms; whole net in one pass ${ms(found.gpuMs)} ms; difference ${ms(found.betweenMs)} ms`,
    `cold: compile ${ms(found.cold.compileMs)} ms, upload ${ms(found.cold.uploadMs)} ms, first run ${ms(found.cold.firstRunMs)} ms`,
    `warm, input to logits: median ${ms(found.warm.medianMs)} ms, p90 ${ms(found.warm.p90Ms)} ms, ${found.warm.runs} runs`,
    ...(found.batch > 1
      ? [
          `${found.batch} inputs together: ${ms(found.warm.medianMs / found.batch)} ms an input, ${((1000 * found.batch) / found.warm.medianMs).toFixed(1)} inputs a second`,
        ]
      : []),
    `per ${found.batch > 1 ? 'run' : 'inference'}: ${found.dispatches} dispatches, ${found.passes} passes, ${found.submits} submits, ${found.objectsPerRun} objects created`,
  ];
}
