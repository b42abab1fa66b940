// The graph of a net that looks at pictures, or hears.
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { graphOf, type GivenNet } from '../../graph/notation/check.ts';

/** Throws Error, with a sentence, when the text has errors or the net does not take one colour picture. */
export function pictureGraph(net: GivenNet): InferredGraph {
  const graph = graphOf(net);
  if (!graph) throw new Error('This text does not make a net; mend its errors first.');
  const channels = graph.facts.get(graph.inputs[0] ?? '')?.shape.at(-1);
  if (graph.inputs.length !== 1 || channels !== 3)
    throw new Error('This net does not take one colour picture as its input.');
  return graph;
}

/** The same, or that of a net whose text says at which rate it hears. */
export function inputGraph(net: GivenNet, rate: number | undefined): InferredGraph {
  const heard = rate === undefined ? undefined : graphOf(net);
  return heard ?? pictureGraph(net);
}
