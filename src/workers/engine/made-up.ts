// Weights and pictures made up for nets that are only timed: the same net gets the same numbers on every machine, before any download.
import { elements, type Shape } from '../../gpu-kernels/op.ts';
import { generateTensor } from '../../graph/inspect/golden.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { graphOf, type GivenNet } from '../../graph/notation/check.ts';
import { fnv1a, mulberry32 } from '../../graph/random.ts';
import { graphParams } from '../../graph/weights/weights.ts';

const salt = 'profile';

/** Throws Error when the text is no net. */
export function graphToRun(net: GivenNet): InferredGraph {
  const graph = graphOf(net);
  if (!graph) throw new Error('this text does not make a net; mend its errors first');
  return graph;
}

/** Weights of a net by state-dict name, made when they are asked for. */
export function madeUpTensors(graph: InferredGraph): (name: string) => Float32Array {
  const shapes = new Map(graphParams(graph).map(({ name, shape }) => [name, shape]));
  return (name) => generateTensor(salt, name, shapes.get(name) ?? []);
}

/** Numbers in [−1, 1). */
export function madeUpInput(shape: Shape, seed = `${salt}/input`): Float32Array {
  const next = mulberry32(fnv1a(seed));
  return Float32Array.from({ length: elements(shape) }, () => 2 * next() - 1);
}
