// A net as a module or a page of its own, run on this machine's WebGPU and compared with the reference before it is kept.
import type { InferredGraph, Params } from '../graph/ir/graph.ts';
import { difference, trialsOf } from '../graph/inspect/trials.ts';
import { standaloneModule, standalonePage, type StandaloneOptions } from '../graph/formats/standalone/write.ts';
import { LoweringError } from '../graph/lower/lowering-error.ts';
import { PlanError } from '../graph/plan/memory.ts';
import { openGpu } from './gpu-device.ts';
import { NetError } from './verb.ts';

interface Standalone {
  load(device: GPUDevice): Promise<{ run(...inputs: readonly Float32Array[]): Promise<readonly Float32Array[]> }>;
}

/** The text, and what the check found. Throws {@link NetError} where the net cannot be planned or answers differently. */
export async function standalone(
  to: 'js' | 'page',
  graph: InferredGraph,
  params: Params,
  options: StandaloneOptions,
  adapter: string | undefined,
): Promise<{ readonly text: string; readonly check: string }> {
  try {
    const module = standaloneModule(graph, params, options);
    const check = await checked(module, graph, params, adapter);
    return { text: to === 'js' ? module : standalonePage(graph, params, options), check };
  } catch (error) {
    if (error instanceof PlanError || error instanceof LoweringError)
      throw new NetError(`${graph.name} cannot stand alone: ${error.message}.`);
    throw error;
  }
}

async function checked(
  module: string,
  graph: InferredGraph,
  params: Params,
  adapter: string | undefined,
): Promise<string> {
  const { device, adapter: found } = await openGpu(adapter);
  const url = `data:text/javascript;base64,${Buffer.from(module).toString('base64')}`;
  const { load } = (await import(url)) as Standalone;
  const { run } = await load(device);
  const { all, units } = trialsOf(graph, params);
  let worst = 0;
  for (const { inputs, outputs } of all) {
    const results = await run(...inputs);
    graph.outputs.forEach((id, i) => {
      const [wanted, own] = [outputs.get(id) as Float32Array, results[i]];
      if (own?.length !== wanted.length) throw new NetError(`${graph.name} stands alone with other shapes at "${id}".`);
      worst = Math.max(worst, difference(wanted, own, units.get(id) as number));
    });
  }
  if (!(worst < 1e-3))
    throw new NetError(`${graph.name} stands alone with values that differ by ${worst} standard deviations.`);
  return `run on ${found.description}, largest difference ${worst.toExponential(1)} standard deviations`;
}
