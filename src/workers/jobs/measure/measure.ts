// From a net to its times, all in the worker: plan, made-up weights, load, warm up, profile. The page only reads the result.
import type { Precision } from '../../../gpu-kernels/kernel.ts';
import { elements, type Shape } from '../../../gpu-kernels/op.ts';
import { generateTensor } from '../../../graph/inspect/golden.ts';
import { fnv1a, mulberry32 } from '../../../graph/random.ts';
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import { makePlan, plainGpu } from '../../../graph/plan/make-plan.ts';
import { graphOf, type GivenNet } from '../../../graph/notation/check.ts';
import type { Plan } from '../../../graph/plan/plan.ts';
import { graphParams } from '../../../graph/weights/weights.ts';
import type { OpenDevice } from '../../engine/device.ts';
import type { Engine } from '../../engine/engine.ts';
import { LoadedNet } from '../../engine/loaded-net.ts';
import type { Measurement, NetJob } from './protocol.ts';

export interface MeasureHooks {
  readonly signal?: AbortSignal;
  /** What is going on, and 0 … 1 of the whole. */
  readonly onProgress?: (what: string, share: number) => void;
  /** First numbers, from one run of each kind; it warms up for the rest. */
  readonly onFirst?: (first: Measurement) => void;
}

/** Seeds of the made-up weights and picture: the same net gets the same numbers on every machine. */
const salt = 'profile';
export const fewestRuns = 3;
const mostRuns = 50;
/** A profile makes each run three times: latency, one pass, a pass for each dispatch. */
const kinds = 3;

/** Made-up weights of a net by state-dict name, made when they are asked for. */
function madeUp(
  params: readonly { readonly name: string; readonly shape: readonly number[] }[],
): (name: string) => Float32Array {
  const shapes = new Map(params.map(({ name, shape }) => [name, shape]));
  return (name) => generateTensor(salt, name, shapes.get(name) ?? []);
}

/** Numbers in [−1, 1). */
function madeUpInput(shape: Shape): Float32Array {
  const next = mulberry32(fnv1a(`${salt}/input`));
  return Float32Array.from({ length: elements(shape) }, () => 2 * next() - 1);
}

/** Plans a net; without a device for a plain GPU. Throws Error when the text is no net, PlanError or LoweringError when it does not fit. */
export function planNet(
  net: GivenNet,
  precision: Precision,
  device?: Pick<OpenDevice, 'capabilities' | 'limits'>,
): Plan {
  return planGraph(graphToRun(net), precision, device);
}

function graphToRun(net: GivenNet): InferredGraph {
  const graph = graphOf(net);
  if (!graph) throw new Error('this text does not make a net; mend its errors first');
  return graph;
}

const planGraph = (
  graph: InferredGraph,
  precision: Precision,
  device?: Pick<OpenDevice, 'capabilities' | 'limits'>,
): Plan =>
  makePlan(graph, { caps: device?.capabilities ?? plainGpu, precision, ...(device && { limits: device.limits }) });

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
  const net = await LoadedNet.load(engine, plan, madeUp(graphParams(graph)), {
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
