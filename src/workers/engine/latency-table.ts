// The latency table of this device: every signature of some nets timed once, and whole nets that calibrate and check what it predicts.
import type { Precision } from '../../gpu-kernels/kernel.ts';
import { generateInput, generateTensor } from '../../graph/inspect/golden.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { nchwToNhwc } from '../../graph/ir/reference.ts';
import { makePlan } from '../../graph/plan/make-plan.ts';
import type { Plan } from '../../graph/plan/plan.ts';
import {
  calibrate,
  checkTable,
  predictor,
  sortedEntries,
  type LatencyTable,
  type TimedDispatch,
  type WholeNet,
} from '../../graph/search/latency/table.ts';
import { graphParams } from '../../graph/weights/weights.ts';
import type { OpenDevice } from './device.ts';
import { benchDispatches, wholeNetMs } from './dispatch-bench.ts';

export interface TableWork {
  /** Nets of which every signature is wanted. */
  readonly nets: readonly InferredGraph[];
  /** Nets that are measured whole besides, to fit what a net costs beyond its dispatches. */
  readonly calibration: readonly InferredGraph[];
  /** Nets that are measured whole, to compare with what the table says of them. */
  readonly check: readonly InferredGraph[];
}

export interface TableOptions {
  readonly precision: Precision;
  /** Entries that an earlier table of this device has. */
  readonly known?: LatencyTable['entries'];
  readonly signal?: AbortSignal;
  /** Nets done, of all. */
  readonly onProgress?: (done: number, total: number, net: string) => void;
}

/** Plans of nets that cannot be planned throw; a signal rejects with its reason. Weights are made up. */
export async function measureTable(open: OpenDevice, work: TableWork, options: TableOptions): Promise<LatencyTable> {
  const { precision, signal } = options;
  const entries = new Map<string, TimedDispatch>(Object.entries(options.known ?? {}));
  let tickNs: number | undefined;
  const total = work.nets.length + work.calibration.length + work.check.length;
  let done = 0;

  const timedPlan = async (graph: InferredGraph): Promise<Plan> => {
    signal?.throwIfAborted();
    const plan = makePlan(graph, { caps: open.capabilities, precision, limits: open.limits });
    const found = await benchDispatches(open, plan, madeUp(graph), entries, signal ? { signal } : {});
    for (const [signature, entry] of found.timed) entries.set(signature, entry);
    tickNs = found.tickNs ?? tickNs;
    return plan;
  };
  const whole = async (graph: InferredGraph): Promise<{ plan: Plan; ms: number }> => {
    const plan = await timedPlan(graph);
    const ms = await wholeNetMs(open, plan, madeUp(graph), inputsOf(plan));
    options.onProgress?.(++done, total, graph.name);
    return { plan, ms };
  };
  const table = (calibration: LatencyTable['calibration'], check: LatencyTable['check']): LatencyTable => {
    const { vendor, architecture, description, software } = open.adapter;
    return {
      format: 'bottleneck-latency',
      version: 1,
      adapter: { vendor, architecture, description, software },
      precision,
      for: open.capabilities.software ? 'software' : 'gpu',
      tickNs: tickNs ?? null,
      entries: sortedEntries(entries),
      calibration,
      check,
    };
  };

  for (const graph of work.nets) {
    await timedPlan(graph);
    options.onProgress?.(++done, total, graph.name);
  }
  const seen: WholeNet[] = [];
  for (const graph of work.calibration) {
    const { plan, ms } = await whole(graph);
    seen.push({ sumMs: predictor(table(null, null))(plan).ms, dispatches: plan.dispatches.length, ms });
  }
  const calibration = calibrate(seen);
  const pairs: { predictedMs: number; ms: number }[] = [];
  for (const graph of work.check) {
    const { plan, ms } = await whole(graph);
    pairs.push({ predictedMs: predictor(table(calibration, null))(plan).ms, ms });
  }
  return table(calibration, checkTable(pairs));
}

/** Input in JS to logits in JS of one net, milliseconds. */
export function measureWhole(open: OpenDevice, graph: InferredGraph, precision: Precision): Promise<number> {
  const plan = makePlan(graph, { caps: open.capabilities, precision, limits: open.limits });
  return wholeNetMs(open, plan, madeUp(graph), inputsOf(plan));
}

function madeUp(graph: InferredGraph): (name: string) => Float32Array {
  const shapes = new Map(graphParams(graph).map(({ name, shape }) => [name, shape]));
  return (name) => generateTensor('table', name, shapes.get(name) ?? []);
}

const inputsOf = (plan: Plan): Float32Array[] =>
  plan.inputs.map(({ shape: [count = 1, height = 1, width = 1, channels = 1] }) =>
    nchwToNhwc(generateInput('table', height, channels, width), [count, height, width, channels]),
  );
