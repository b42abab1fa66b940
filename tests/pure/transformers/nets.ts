// Builds the nets that these tests look at, and fails with the problems' own sentences.
import { expand } from '../../../src/graph/blocks/expand.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';

/** The graph of a document without problems. */
export function build(text: string): InferredGraph {
  const { architecture, problems } = parse(text);
  const expansion = expand(architecture, 'test');
  const all = [...problems, ...expansion.problems].map(({ message }) => message);
  if (all.length > 0 || !expansion.graph) throw new Error(all.join('\n'));
  return expansion.graph;
}

/** The graph of a preset, with knobs behind its name (`t2t_vit_7@384`). */
export function preset(name: string): InferredGraph {
  const resolved = resolvePreset(name);
  if ('problem' in resolved) throw new Error(resolved.problem);
  return build(resolved.text);
}

/** Messages of every problem of a document. */
export function problemsOf(text: string): string[] {
  const { architecture, problems } = parse(text);
  return [...problems, ...expand(architecture, 'test').problems].map(({ message, range }) => {
    if (range.from < 0 || range.to > text.length || range.from > range.to)
      throw new Error(`range of "${message}" leaves the text`);
    return message;
  });
}

/** Shapes of the parameters with that role's name, in order. */
export const shapesOf = (graph: InferredGraph, role: string): (readonly number[])[] =>
  graph.nodes.flatMap(
    ({ id }) =>
      graph.facts
        .get(id)
        ?.params.filter((param) => param.role === role)
        .map(({ shape }) => shape) ?? [],
  );

export const countOps = (graph: InferredGraph, op: string): number =>
  graph.nodes.filter((node) => node.op === op).length;
