// Whether a run has room where it shall be trained, and the largest batch that has where it has not.
import { withBatch } from '../ir/batch.ts';
import type { InferredGraph } from '../ir/graph.ts';
import type { TrainBackend, TrainNeed } from './backend.ts';
import type { TrainRecipe } from './recipe.ts';
import { trainGraph, type TrainGraph } from './train-graph.ts';

export interface PreparedNet {
  /** The net for a batch. */
  readonly batched: InferredGraph;
  readonly train: TrainGraph;
}

/** Throws RangeError or ShapeError where the net cannot be trained. */
export function prepareNet(graph: InferredGraph, { batch, loss, trainable }: TrainRecipe): PreparedNet {
  const batched = withBatch(graph, batch);
  const train = trainGraph(batched, { loss, ...(trainable && { trainable }) });
  if (train.parameters.length === 0)
    throw new RangeError(`nothing is trained: no parameter's name begins with ${trainable?.join(' or ') ?? ''}`);
  return { batched, train };
}

/** Throws RangeError with the largest batch that fits where this one does not. `graph` takes one picture. */
export async function fitted(
  graph: InferredGraph,
  { batched, train }: PreparedNet,
  recipe: TrainRecipe,
  backend: TrainBackend,
): Promise<TrainNeed> {
  const need = await backend.need(train, batched, recipe);
  if (need.tooMuch === undefined) return need;
  let [fits, fails] = [0, recipe.batch];
  while (fails - fits > 1) {
    const batch = Math.floor((fits + fails) / 2);
    const tried = prepareNet(graph, { ...recipe, batch });
    const { tooMuch } = await backend.need(tried.train, tried.batched, { ...recipe, batch });
    if (tooMuch === undefined) fits = batch;
    else fails = batch;
  }
  const largest =
    fits === 0
      ? 'Not even a batch of one fits: use a smaller input or a narrower net.'
      : `The largest batch that fits is ${fits}${fits > 1 ? '; "accumulate" makes larger ones of several' : ''}.`;
  throw new RangeError(`A batch of ${recipe.batch} needs ${need.tooMuch}. ${largest}`);
}
