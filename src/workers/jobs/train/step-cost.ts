// What a step will cost, before the first: memory from the training graph, time from a trial with two pictures, or from a small net's where that would take long.
import { elements } from '../../../gpu-kernels/op.ts';
import { withBatch } from '../../../graph/ir/batch.ts';
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import { graphOf } from '../../../graph/notation/check.ts';
import { trainingMemory } from '../../../graph/train/cost.ts';
import { cpuBackend } from '../../../graph/train/cpu-backend.ts';
import type { TrainRecipe } from '../../../graph/train/recipe.ts';
import { startWeights } from '../../../graph/train/start-weights.ts';
import { trainGraph } from '../../../graph/train/train-graph.ts';
import { graphParams } from '../../../graph/weights/weights.ts';

/** Multiplications of one picture with which a trial takes a fraction of a second. */
const mostTried = 12e6;
const small = { name: 'small', text: 'input 3x24x24\n\nconv k3 s2 c12\nds k3 c16\nds k3 s2 c32\npool\nlinear c12\n' };

const macsOf = (graph: InferredGraph): number =>
  graph.nodes.reduce((sum, { id }) => sum + (graph.facts.get(id)?.macs ?? 0), 0);

export interface StepCost {
  readonly parameters: number;
  readonly bytes: number;
  readonly stepMs: number;
  readonly measured: boolean;
}

export async function stepCost(
  graph: InferredGraph,
  recipe: TrainRecipe,
  pause: () => Promise<void>,
): Promise<StepCost> {
  const { loss, trainable } = recipe;
  const train = trainGraph(withBatch(graph, recipe.batch), { loss, ...(trainable && { trainable }) });
  const counts = graphParams(graph).map(({ shape }) => elements(shape));
  const { valueBytes, stateBytes } = trainingMemory(
    train,
    recipe,
    counts.reduce((a, b) => a + b, 0),
  );
  const pictures = recipe.batch * (recipe.accumulate ?? 1);
  const measured = macsOf(graph) <= mostTried;
  const { trainable: _, ...whole } = recipe;
  const reference = measured ? graph : (graphOf(small) as InferredGraph);
  const perPicture =
    (await pictureMs(reference, measured ? recipe : whole, pause)) * (macsOf(graph) / macsOf(reference));
  return {
    parameters: train.parameters.reduce((sum, { shape }) => sum + elements(shape), 0),
    bytes: valueBytes + stateBytes,
    stepMs: perPicture * pictures,
    measured,
  };
}

/** The least of three trials: the first ones are compiled on the way. */
async function pictureMs(graph: InferredGraph, recipe: TrainRecipe, pause: () => Promise<void>): Promise<number> {
  const { loss, optimizer, trainable } = recipe;
  const train = trainGraph(withBatch(graph, 2), { loss, ...(trainable && { trainable }) });
  const trainer = await cpuBackend(pause).trainer(train, startWeights(graph, 0), { optimizer });
  const input = new Float32Array(elements(train.nodes.shape(train.input))).map((_, i) => Math.sin(i));
  let least = Infinity;
  for (let trial = 0; trial < 3; trial++) {
    const started = performance.now();
    await trainer.step(input, { label: [0, 1] }, 0);
    least = Math.min(least, performance.now() - started);
  }
  return least / 2;
}
