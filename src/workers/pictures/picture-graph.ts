// The graph of a text, for nets that look at pictures.
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { check } from '../../graph/notation/check.ts';

/** Throws Error, with a sentence, when the text has errors or the net does not take one colour picture. */
export function pictureGraph(text: string, name: string): InferredGraph {
  const { graph } = check(text, name);
  if (!graph) throw new Error('This text does not make a net; mend its errors first.');
  const channels = graph.facts.get(graph.inputs[0] ?? '')?.shape.at(-1);
  if (graph.inputs.length !== 1 || channels !== 3)
    throw new Error('This net does not take one colour picture as its input.');
  return graph;
}
