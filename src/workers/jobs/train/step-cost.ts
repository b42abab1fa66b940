// What a step will cost, before the first: memory as the backend will hold it, time from a trial, or from a small net's where that would take long.
import { elements } from '../../../gpu-kernels/op.ts';
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import { graphOf } from '../../../graph/notation/check.ts';
import type { TrainBackend } from '../../../graph/train/backend.ts';
import { fitted, prepareNet } from '../../../graph/train/fitting.ts';
import type { TrainRecipe } from '../../../graph/train/recipe.ts';
import { startWeights } from '../../../graph/train/start-weights.ts';

const small = { name: 'small', text: 'input 3x24x24\n\nconv k3 s2 c12\nds k3 c16\nds k3 s2 c32\npool\nlinear c12\n' };

const macsOf = (graph: InferredGraph): number =>
  graph.nodes.reduce((sum, { id }) => sum + (graph.facts.get(id)?.macs ?? 0), 0);

export interface StepCost {
  readonly parameters: number;
  readonly bytes: number;
  readonly stepMs: number;
  readonly measured: boolean;
}

/** How a backend is tried. */
export interface TrialSize {
  /** Pictures of a trial; absent: those of the recipe's batch, where a device's kernels are made for one size. */
  readonly batch?: number;
  /** Multiplications of a trial step's way forward at most. */
  readonly macs: number;
}

/** Throws RangeError with the largest batch that fits where the recipe's does not. */
export async function stepCost(
  graph: InferredGraph,
  recipe: TrainRecipe,
  backend: TrainBackend,
  size: TrialSize,
): Promise<StepCost> {
  const net = prepareNet(graph, recipe);
  const { bytes } = await fitted(graph, net, recipe, backend);
  const batch = size.batch ?? recipe.batch;
  const measured = macsOf(graph) * batch <= size.macs;
  const { trainable: _, ...whole } = recipe;
  const reference = measured ? graph : (graphOf(small) as InferredGraph);
  const perPicture =
    (await pictureMs(reference, { ...(measured ? recipe : whole), batch }, backend)) *
    (macsOf(graph) / macsOf(reference));
  return {
    parameters: net.train.parameters.reduce((sum, { shape }) => sum + elements(shape), 0),
    bytes,
    stepMs: perPicture * recipe.batch * (recipe.accumulate ?? 1),
    measured,
  };
}

/** The least of three trials: the first ones are compiled on the way. */
async function pictureMs(graph: InferredGraph, recipe: TrainRecipe, backend: TrainBackend): Promise<number> {
  const { optimizer, batch, clipNorm, ema } = recipe;
  const { train } = prepareNet(graph, recipe);
  const trainer = await backend.trainer(train, startWeights(graph, 0), { optimizer, clipNorm, ema });
  const input = new Float32Array(elements(train.nodes.shape(train.input))).map((_, i) => Math.sin(i));
  const label = Array.from({ length: batch }, (_, row) => row % 2);
  let least = Infinity;
  for (let trial = 0; trial < 3; trial++) {
    const started = performance.now();
    await trainer.step(input, { label }, 0);
    least = Math.min(least, performance.now() - started);
  }
  return least / batch;
}
