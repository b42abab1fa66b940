// A net of a few layers that meets every kind of step in a block: what tests of the executor run, since few shaders compile fast.
import { expand } from '../../src/graph/blocks/expand.ts';
import { generateInput, generateTensor } from '../../src/graph/inspect/golden.ts';
import type { InferredGraph } from '../../src/graph/ir/graph.ts';
import { parse } from '../../src/graph/notation/parse.ts';
import { nchwToNhwc } from '../../src/graph/ir/reference.ts';
import { graphParams } from '../../src/graph/weights/weights.ts';

const text = `input 3x16x16
act relu6
conv      k3 s2 c8
mbconv    k3 s2 c12 e3
mbconv    k3    c12 e3 se0.25
conv      k1    c24
pool
linear    c10
`;

export interface Net {
  readonly graph: InferredGraph;
  readonly params: ReadonlyMap<string, Float32Array>;
  readonly tensors: (name: string) => Float32Array;
  readonly input: Float32Array;
}

export function netFrom(graph: InferredGraph): Net {
  const params = new Map(graphParams(graph).map(({ name, shape }) => [name, generateTensor('tiny', name, shape)]));
  const shape = graph.facts.get('input')?.shape ?? [];
  return {
    graph,
    params,
    tensors: (name) => params.get(name) as Float32Array,
    input: nchwToNhwc(generateInput('tiny', shape[1] ?? 0, shape[3], shape[2]), shape),
  };
}

export function tinyNet(): Net {
  const { graph, problems } = expand(parse(text).architecture, 'tiny');
  if (!graph) throw new Error(problems.map((problem) => problem.message).join('; '));
  return netFrom(graph);
}
