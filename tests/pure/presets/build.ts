// Builds a net from its name or its text, or fails the test with the problems.
import { expand } from '../../../src/graph/blocks/expand.ts';
import type { InferredGraph, NodeFacts, Problem } from '../../../src/graph/ir/graph.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { resolvePreset, type ResolvedPreset } from '../../../src/graph/presets/resolve.ts';

export function resolved(name: string): ResolvedPreset {
  const result = resolvePreset(name);
  if ('problem' in result) throw new Error(result.problem);
  return result;
}

export function built(name: string): InferredGraph {
  const { graph, problems } = expand(resolved(name).architecture, name);
  if (!graph || problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
  return graph;
}

export function fromText(text: string): { graph?: InferredGraph; problems: readonly Problem[] } {
  const parsed = parse(text);
  const expanded = expand(parsed.architecture, 'test');
  return { ...expanded, problems: [...parsed.problems, ...expanded.problems] };
}

/** The net of a text that must have no problem, warnings for a missing head aside. */
export function net(text: string): InferredGraph {
  const { graph, problems } = fromText(text);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (!graph || errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  return graph;
}

export const factsOf = (graph: InferredGraph, id: string): NodeFacts => {
  const facts = graph.facts.get(id);
  if (!facts) throw new Error(`no node "${id}" among ${graph.nodes.map((node) => node.id).join(', ')}`);
  return facts;
};

/** `name shape` of every tensor in state-dict order. */
export const tensors = (graph: InferredGraph): string[] =>
  graph.nodes.flatMap(({ id }) => factsOf(graph, id).params.map(({ name, shape }) => `${name} ${shape.join(',')}`));
