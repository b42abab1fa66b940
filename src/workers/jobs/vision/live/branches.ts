// The branches of a net with several exits: each of its exits at each input size, as a net of its own that ends in that exit's features.
import { check } from '../../../../graph/notation/check.ts';
import type { Architecture } from '../../../../graph/architecture.ts';
import { expand } from '../../../../graph/blocks/expand.ts';
import type { GraphNode, InferredGraph } from '../../../../graph/ir/graph.ts';

export interface BranchFacts {
  /** Side of the input, pixels. */
  readonly size: number;
  /** The exit's name. */
  readonly exit: string;
  /** Multiply-accumulates, without the taught head. */
  readonly macs: number;
  /** What the head reads. */
  readonly features: number;
}

export interface Branch extends BranchFacts {
  readonly graph: InferredGraph;
}

/** Size by size, the exits in the net's order. Throws Error with a sentence where the text makes no such net at one of the sizes. */
export function branchesOf(text: string, name: string, sizes: readonly number[]): readonly Branch[] {
  const { architecture, graph, problems } = check(text, name);
  if (!graph) throw new Error(problems[0]?.message ?? 'this text does not make a net');
  if (graph.outputs.length < 2)
    throw new Error(`${name} has one exit; Live needs a net with several, for example multiexit_mobilenetv2`);
  return sizes.flatMap((size) => {
    const sized = expand(atSize(architecture, size), `${name}@${size}`);
    if (!sized.graph)
      throw new Error(`${name} at ${size} pixels: ${sized.problems[0]?.message ?? 'it cannot be built'}`);
    return exitsOf(sized.graph, size);
  });
}

const atSize = ({ header, ...rest }: Architecture, size: number): Architecture => ({
  ...rest,
  header: { ...header, input: [header.input[0], size, size] },
});

function exitsOf(graph: InferredGraph, size: number): readonly Branch[] {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  return graph.outputs.map((output, i) => {
    const node = byId.get(output) as GraphNode;
    const end = node.op === 'linear' ? (node.inputs[0] as string) : output;
    const wanted = new Set<string>();
    const need = (id: string): void => {
      if (wanted.has(id)) return;
      wanted.add(id);
      byId.get(id)?.inputs.forEach(need);
    };
    need(end);
    const nodes = graph.nodes.filter(({ id }) => wanted.has(id));
    const exit = graph.outputNames?.[i] ?? output;
    const facts = new Map(nodes.map(({ id }) => [id, graph.facts.get(id)!]));
    return {
      size,
      exit,
      macs: [...facts.values()].reduce((sum, { macs }) => sum + macs, 0),
      features: graph.facts.get(end)?.shape.reduce((product, length) => product * length, 1) ?? 0,
      graph: {
        name: `${graph.name}/${exit}`,
        nodes,
        inputs: graph.inputs,
        outputs: [end],
        outputNames: [exit],
        stages: graph.stages.filter((stage) => wanted.has(stage.node)),
        facts,
      },
    };
  });
}
