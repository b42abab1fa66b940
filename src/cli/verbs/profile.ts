// `profile NET`: what every dispatch of a net costs on an adapter, cold and warm, with the counts that must stay at one.
import type { Plan, PlanDispatch } from '../../graph/plan/plan.ts';
import type { PlanOptions } from '../../graph/plan/make-plan.ts';
import type { Choices } from '../../graph/plan/tuning.ts';
import { firstRate } from '../../graph/plan/schedule.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import type { QuantizedNet } from '../../graph/quant/quantize.ts';
import { generateInput, generateTensor } from '../../graph/inspect/golden.ts';
import { nchwToNhwc } from '../../graph/ir/reference.ts';
import { countObjects, difference } from '../../workers/engine/object-counter.ts';
import { Program } from '../../workers/engine/program.ts';
import type { Estimate } from '../../workers/engine/estimate.ts';
import { profile as measure } from '../../workers/engine/timing.ts';
import { batched, batchOption } from '../batch.ts';
import { budgetOption, judge, parseBudget, verdictText } from '../budget.ts';
import { planOrSay } from '../fitting.ts';
import { gpuOptions, openGpu, planFor, plannedFor, precisionOf } from '../gpu-device.ts';
import { int8Plan, namesQuantizedFile, openQuantized } from '../quantized.ts';
import { graphOf } from '../imported.ts';
import { figures, report, type ProfileJson, type ProfileLayer } from '../profile-report.ts';
import { tunedChoices, tunedOption } from '../tuned.ts';
import { json, UsageError, type Verb } from '../verb.ts';

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
    tunedOption,
    json,
  ],
  async run({ positionals, number, word, flag }, console) {
    const name = positionals[0] as string;
    const limits = word('budget');
    const budget = limits === undefined ? undefined : parseBudget(limits);
    const quantized = namesQuantizedFile(name) ? openQuantized(name).net : undefined;
    if (quantized && ['input', 'precision', 'batch', 'tuned'].some((option) => word(option) !== undefined)) {
      throw new UsageError(
        'a quantized net has its input size, precision, kernels and one input a run: leave --input, --precision, --tuned and --batch away.',
      );
    }
    const float = (input?: number): InferredGraph => batched(graphOf(name, { input }), number('batch'));
    const graph = quantized?.graph ?? float(number('input'));
    const found = await profileGraph(graph, quantized, float, {
      adapter: word('adapter'),
      precision: word('precision'),
      for: word('for'),
      runs: number('runs') ?? 20,
      choices: (planned) => tunedChoices(word('tuned'), graph, planned, 'profile', console),
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
  options: {
    adapter: string | undefined;
    precision: string | undefined;
    for: string | undefined;
    runs: number;
    choices: (planned: PlanOptions) => Choices | undefined;
  },
): Promise<ProfileJson> {
  const open = plannedFor(await openGpu(options.adapter), options.for);
  const precision = precisionOf(open, options.precision);
  const counts = countObjects(open.device);
  const integers = quantized && int8Plan(quantized, open);
  const planned = { caps: open.capabilities, precision, limits: open.limits };
  const choices = quantized ? undefined : options.choices(planned);
  const plan = integers?.plan ?? planOrSay(graph, { ...planned, ...(choices && { choices }) }, rebuilt);
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
    disturbed: times.disturbed,
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
