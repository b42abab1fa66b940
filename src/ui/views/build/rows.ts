// The document as the block list shows it: one row a line, with its stage, its shapes and what it costs.
import type { Accounting, NodeCost } from '../../../graph/cost/cost.ts';
import type { Architecture, BlockLine } from '../../../graph/architecture.ts';
import { blocks } from '../../../graph/blocks/index.ts';
import type { Place } from '../../../graph/blocks/block.ts';
import { placeLines } from '../../../graph/blocks/placing.ts';
import { families } from '../../../graph/blocks/naming.ts';
import type { GraphNode, InferredGraph, Problem } from '../../../graph/ir/graph.ts';
import { argumentsOf, printArgument } from '../../../graph/notation/argument-text.ts';
import { readBy, unitName } from '../../drawing/scene.ts';
import type { Shape } from '../../../gpu-kernels/op.ts';

/** One argument as the text says it. */
export interface Chip {
  readonly key: string;
  /** `k3.5.7`. */
  readonly text: string;
  /** `kernel`. */
  readonly label: string;
}

/** What one repeat, or all repeats together, cost; counted as `countingConvention` says. */
export interface LineCost {
  readonly params: number;
  readonly macs: number;
  readonly bytes: number;
}

/** What the expanded net knows of a line. */
export interface LineFacts {
  readonly input: Shape;
  readonly output: Shape;
  readonly total: LineCost;
  /** One entry a repeat. */
  readonly repeats: readonly LineCost[];
  /** What each repeat is called wherever it is shown: `blocks.1.0`, as its parameters are. */
  readonly names: readonly string[];
  /** Of the line's last op: the part of the picture that one element sees, and the distance between elements, in pixels. */
  readonly field: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly whole: boolean;
  /** Bytes of activations alive at the line's worst op. */
  readonly liveBytes: number;
}

export interface Row {
  /** Position in `Architecture.blocks`. */
  readonly index: number;
  readonly line: BlockLine;
  readonly place: Place;
  /** Number of the stage as it stands in the names of its parameters; undefined for stem and head. */
  readonly stage: number | undefined;
  /** Name of the part that the line belongs to; undefined in the backbone. */
  readonly part: string | undefined;
  /** True where a line under the row above separates stages. */
  readonly begins: boolean;
  readonly chips: readonly Chip[];
  /** Repeats after the depth knob. */
  readonly repeats: number;
  readonly facts: LineFacts | undefined;
  readonly problems: readonly Problem[];
}

/** Rows of a document. `graph` and `accounting` may lack lines (an error stops the building): those rows have no facts. */
export function rowsOf(
  architecture: Architecture,
  problems: readonly Problem[],
  graph: InferredGraph | undefined,
  accounting: Accounting | undefined,
): Row[] {
  const { blocks: lines, header } = architecture;
  const family = families.get(header.family) ?? families.get('plain');
  const facts = graph && accounting ? lineFacts(graph, accounting) : new Map<number, LineFacts>();
  const placed = family ? placeLines(lines, header, family) : [];
  return placed.map(({ line, place, number: index, stage, repeats, part }, position) => {
    const before = placed[position - 1];
    return {
      index,
      line,
      place,
      stage:
        place === 'stage' && part === undefined
          ? family?.blockIsStage
            ? numberIn(facts.get(index)?.names[0])
            : stage
          : undefined,
      part,
      begins:
        position > 0 &&
        (part !== undefined
          ? place === 'part'
          : before?.place !== place || (place === 'stage' && before.stage !== stage)),
      chips: chipsOf(line),
      repeats,
      facts: facts.get(index),
      problems: problemsOf(line, problems),
    };
  });
}

/** 5 of `blocks.5`. */
const numberIn = (name = ''): number | undefined => {
  const [number] = /\d+/.exec(name) ?? [];
  return number === undefined ? undefined : Number(number);
};

/** Problems that stand in the line, also those of single arguments. */
export const problemsOf = ({ range }: BlockLine, problems: readonly Problem[]): readonly Problem[] =>
  problems.filter(
    (problem) =>
      problem.range.from >= range.from && problem.range.to <= range.to && problem.range.to > problem.range.from,
  );

function chipsOf(line: BlockLine): Chip[] {
  const block = blocks.get(line.word);
  if (!block) return [];
  return argumentsOf(block).flatMap(({ key, label }) => {
    const value = line.args[key];
    if (value === undefined) return [];
    return [{ key, label, text: key === block.bare ? String(value) : printArgument(key, value) }];
  });
}

/** Facts of every line that the graph has, by line number. */
export function lineFacts(graph: InferredGraph, accounting: Accounting): Map<number, LineFacts> {
  const costs = new Map<number, { node: NodeCost; repeat: number; of: GraphNode }[]>();
  graph.nodes.forEach((of, position) => {
    const { block, repeat } = of;
    const node = accounting.nodes[position];
    if (block < 0 || !node) return;
    const list = costs.get(block);
    if (list) list.push({ node, repeat, of });
    else costs.set(block, [{ node, repeat, of }]);
  });
  const result = new Map<number, LineFacts>();
  for (const [line, nodes] of [...costs].sort(([a], [b]) => a - b)) {
    const last = nodes.at(-1)?.node;
    const output = (last && graph.facts.get(last.id)?.shape) ?? [];
    const [read = ''] = readBy(nodes.map(({ of }) => of));
    const input = graph.facts.get(read)?.shape ?? [];
    const repeats: { params: number; macs: number; bytes: number }[] = [];
    const members: GraphNode[][] = [];
    for (const { node, repeat, of } of nodes) {
      (members[repeat] ??= []).push(of);
      const own = (repeats[repeat] ??= { params: 0, macs: 0, bytes: 0 });
      own.params += node.params;
      own.macs += node.macs;
      own.bytes += node.bytes;
    }
    result.set(line, {
      input,
      output,
      total: repeats.reduce(add, { params: 0, macs: 0, bytes: 0 }),
      repeats,
      names: members.map((own) => unitName(graph, own)),
      field: last?.view.field ?? [1, 1],
      stride: last?.view.stride ?? [1, 1],
      whole: last?.view.whole ?? false,
      liveBytes: Math.max(0, ...nodes.map(({ node }) => node.liveBytes)),
    });
  }
  return result;
}

export const add = (a: LineCost, b: LineCost): LineCost => ({
  params: a.params + b.params,
  macs: a.macs + b.macs,
  bytes: a.bytes + b.bytes,
});
