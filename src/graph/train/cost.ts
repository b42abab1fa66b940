// What a step of training holds in memory on the CPU: the values alive at the worst node, and what there is one of for every parameter.
import { elements } from '../../gpu-kernels/shape.ts';
import type { TrainRecipe } from './recipe.ts';
import type { TrainGraph } from './train-graph.ts';

/** Of a value between nodes: see run.ts. */
const VALUE_BYTES = 8;

export interface TrainingMemory {
  /** Most bytes of values and gradients at one time. */
  readonly valueBytes: number;
  /** Weights, the optimizer's memories, averages, and the copies that a failed run goes back to and that the best look keeps. */
  readonly stateBytes: number;
}

export function trainingMemory(train: TrainGraph, recipe: TrainRecipe, weightCount: number): TrainingMemory {
  const { nodes, shapes } = train.nodes;
  const last = new Map<string, number>();
  nodes.forEach(({ id, inputs, params }, index) => {
    for (const read of [id, ...inputs, ...Object.values(params)]) last.set(read, index);
  });
  const kept = [train.loss, train.output, ...train.parameters.map(({ gradient }) => gradient)];
  for (const id of kept) last.set(id, nodes.length);
  let [alive, most] = [0, 0];
  const ending: string[][] = nodes.map(() => []);
  for (const [id, index] of last) if (shapes.has(id)) ending[index]?.push(id);
  nodes.forEach(({ id }, index) => {
    alive += VALUE_BYTES * elements(train.nodes.shape(id));
    most = Math.max(most, alive);
    for (const gone of ending[index] as string[]) alive -= VALUE_BYTES * elements(train.nodes.shape(gone));
  });
  const trained = train.parameters.reduce((sum, { shape }) => sum + elements(shape), 0);
  const copies = 1 + (recipe.ema === undefined ? 0 : 1);
  const best = recipe.check === undefined ? 0 : weightCount;
  return { valueBytes: most, stateBytes: 4 * (2 * (copies * weightCount + 2 * trained) + best) };
}
