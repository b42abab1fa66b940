// Weights that a net starts training with: He's normal for convolutions, and what leaves a value as it is for everything else.
import { fnv1a, mulberry32 } from '../random.ts';
import type { InferredGraph } from '../ir/graph.ts';

/** Every tensor of the net by name, a function of the seed alone. */
export function startWeights(graph: InferredGraph, seed: number): Map<string, Float32Array> {
  const tensors = new Map<string, Float32Array>();
  for (const node of graph.nodes)
    for (const { role, name, shape } of graph.facts.get(node.id)?.params ?? []) {
      if (tensors.has(name)) continue;
      const size = shape.reduce((a, b) => a * b, 1);
      const next = mulberry32(fnv1a(`${seed}/${name}`));
      const word = role.slice(role.lastIndexOf('.') + 1);
      if (word === 'bias' || word === 'running_mean' || word === 'attention_biases')
        tensors.set(name, new Float32Array(size));
      else if (shape.length === 1) tensors.set(name, new Float32Array(size).fill(1));
      else if (shape.length === 4) {
        // timm: the fan is that of the outputs, group by group (arXiv 1502.01852).
        const { groups = 1 } = node.attrs as { readonly groups?: number };
        const [outs = 1, , height = 1, width = 1] = shape;
        const fan = (outs * height * width) / (node.op === 'mixed_conv2d' && shape[1] === 1 ? outs : groups);
        tensors.set(name, normal(next, size, Math.sqrt(2 / fan)));
      } else if (shape.length === 2) {
        const bound = 1 / Math.sqrt(shape[1] as number);
        tensors.set(
          name,
          Float32Array.from({ length: size }, () => bound * (2 * next() - 1)),
        );
      } else tensors.set(name, normal(next, size, 0.02));
    }
  return tensors;
}

/** Box and Muller 1958. */
const normal = (next: () => number, size: number, deviation: number): Float32Array =>
  Float32Array.from(
    { length: size },
    () => deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  );
