// From a net to its times, all in the worker: plan, made-up weights, load, warm up, profile. The page only reads the result.
import type { Precision } from '../../../gpu-kernels/kernel.ts';
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import { makePlan, plainGpu } from '../../../graph/plan/make-plan.ts';
import type { GivenNet } from '../../../graph/notation/check.ts';
import type { Plan } from '../../../graph/plan/plan.ts';
import { planOn, type PlanningDevice } from '../../engine/device-choices.ts';
import type { Engine } from '../../engine/engine.ts';
import { LoadedNet } from '../../engine/loaded-net.ts';
import { graphToRun, madeUpInput, madeUpTensors } from '../../engine/made-up.ts';
import type { Measurement, NetJob } from './protocol.ts';

export interface MeasureHooks {
  readonly signal?: AbortSignal;
  /** What is going on, and 0 … 1 of the whole. */
  readonly onProgress?: (what: string, share: number) => void;
  /** First numbers, from one run of each kind; it warms up for the rest. */
  readonly onFirst?: (first: Measurement) => void;
}

export const fewestRuns = 3;
const mostRuns = 50;
/** A profile makes each run three times: latency, one pass, a pass for each dispatch. */
const kinds = 3;

/** Plans a net, with what was chosen on the device; without a device for a plain GPU. Throws Error when the text is no net, PlanError or LoweringError when it does not fit. */
export function planNet(net: GivenNet, precision: Precision, device?: PlanningDevice): Plan {
  return planGraph(graphToRun(net), precision, device);
}

const planGraph = (graph: InferredGraph, precision: Precision, device?: PlanningDevice): Plan =>
  device ? planOn(device, graph, { precision }) : makePlan(graph, { caps: plainGpu, precision });

/**
 * Plans for the engine's own device, loads, profiles and frees.
 * Rejects with the signal's reason when aborted, with PlanError or LoweringError when the device cannot run the net, with Error when the text is no net.
 */
export async function measureNet(
  engine: Engine,
  job: NetJob,
  { signal, onProgress, onFirst }: MeasureHooks = {},
): Promise<Measurement> {
  const open = await engine.open();
  signal?.throwIfAborted();
  onProgress?.('Planning', 0);
  const graph = graphToRun(job);
  const plan = planGraph(graph, job.precision, open);
  onProgress?.('Compiling shaders', 0.05);
  const net = await LoadedNet.load(engine, plan, madeUpTensors(graph), {
    ...(signal && { signal }),
    onProgress: (done, total) => onProgress?.('Compiling shaders', 0.05 + (0.35 * done) / total),
  });
  try {
    const load = await net.loadTimes();
    const inputs = plan.inputs.map(({ shape }) => madeUpInput(shape));
    onProgress?.('First run', 0.4);
    const start = performance.now();
    await net.run(inputs, signal ? { signal } : {});
    const firstRunMs = performance.now() - start;
    onProgress?.('Warming up', 0.45);
    const first = await net.profile(inputs, { runs: 1, firstRunMs, ...(signal && { signal }) });
    onFirst?.({ plan, load, profile: first });
    const runs = Math.min(mostRuns, Math.max(fewestRuns, Math.round(job.budgetMs / (kinds * first.warm.medianMs))));
    const profile = await net.profile(inputs, {
      runs,
      firstRunMs,
      ...(signal && { signal }),
      onProgress: (share) => onProgress?.('Timing layers', 0.5 + 0.5 * share),
    });
    return { plan, load, profile };
  } finally {
    net.destroy();
  }
}
