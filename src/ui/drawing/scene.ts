// The net as people read it: blocks in columns of equal resolution, each block foldable into its ops. Pure data, no pixels.
import type { Architecture } from '../../graph/architecture.ts';
import type { GraphNode, InferredGraph } from '../../graph/ir/graph.ts';
import { printArgument } from '../../graph/notation/argument-text.ts';
import { nodesText } from '../../graph/plan/print.ts';
import type { Shape } from '../../gpu-kernels/op.ts';

/** One repeat of a block line: what folds and unfolds. */
export interface Unit {
  /** `line:repeat`, stable while the line stays where it is. */
  readonly key: string;
  readonly line: number;
  readonly repeat: number;
  /** What this block is called everywhere: `blocks.1.0`, as its parameters are; without a module of its own, `conv_stem`. */
  readonly name: string;
  /** `mbconv`. */
  readonly word: string;
  /** `k3 s2 e6`: what the text says, channels left out since the shape shows them. */
  readonly detail: string;
  readonly nodes: readonly GraphNode[];
  /** Keys of the units whose values it reads, the one that it computes with first; the net's own inputs are no units. */
  readonly sources: readonly string[];
  /** Shape of the first value that it reads. */
  readonly input: Shape;
  readonly output: Shape;
  /** The block adds its own input to its output. */
  readonly residual: boolean;
  /** The map is smaller behind this block. */
  readonly reduces: boolean;
  /** Stage name when this unit is the first of a stage (`blocks.2`). */
  readonly stage?: string;
  /** Of a model file: what in it has no op of ours, a line a node. */
  readonly unknown?: readonly string[];
}

/** Consecutive units whose outputs have one resolution (or are tokens, or vectors). */
export interface SceneColumn {
  readonly title: string;
  readonly units: readonly Unit[];
}

interface Pictured {
  readonly graph: InferredGraph;
  readonly architecture: Architecture;
}

export interface Scene {
  readonly columns: readonly SceneColumn[];
  readonly units: readonly Unit[];
}

/** Of a graph and of the very architecture that it was built from. */
export function sceneOf({ graph, architecture }: Pictured): Scene {
  const groups: { key: string; nodes: GraphNode[] }[] = [];
  for (const node of graph.nodes) {
    if (node.op === 'input') continue;
    const key = `${node.block}:${node.repeat}`;
    const last = groups.at(-1);
    if (last?.key === key) last.nodes.push(node);
    else groups.push({ key, nodes: [node] });
  }
  const stageEnds = new Map(graph.stages.map(({ name, node }) => [node, name]));
  const units: Unit[] = [];
  const unitOf = new Map<string, string>();
  let open: number | undefined;
  const stageOf = new Map<number, string>();
  groups.forEach(({ nodes }, index) => {
    open ??= index;
    const end = nodes.map(({ id }) => stageEnds.get(id)).find((name) => name !== undefined);
    if (end === undefined) return;
    stageOf.set(open, end);
    open = undefined;
  });
  groups.forEach(({ key, nodes }, index) => {
    const first = nodes[0] as GraphNode;
    const line = architecture.blocks[first.block];
    for (const { id } of nodes) unitOf.set(id, key);
    const read = readBy(nodes);
    const input = graph.facts.get(read[0] ?? '')?.shape ?? [];
    const output = graph.facts.get((nodes.at(-1) as GraphNode).id)?.shape ?? [];
    const stage = stageOf.get(index);
    units.push({
      key,
      line: first.block,
      repeat: first.repeat,
      name: unitName(graph, nodes),
      word: line?.word ?? first.op,
      detail: line ? (line.summary ?? detailOf(line.args, first.repeat)) : '',
      nodes,
      sources: [...new Set(read.flatMap((id) => unitOf.get(id) ?? []))],
      input,
      output,
      residual: nodes.some(({ op, inputs }) => op === 'add' && inputs.includes(read[0] ?? '')),
      reduces: area(output) < area(input),
      ...(stage !== undefined && { stage }),
    });
  });
  const columns: { title: string; units: Unit[] }[] = [];
  for (const unit of units) {
    const title = resolutionOf(unit.output);
    const last = columns.at(-1);
    if (last?.title === title) last.units.push(unit);
    else columns.push({ title, units: [unit] });
  }
  return { columns, units };
}

/** Values that come from outside of some nodes, in the order in which they are read. */
export function readBy(nodes: readonly GraphNode[]): string[] {
  const own = new Set(nodes.map(({ id }) => id));
  return [...new Set(nodes.flatMap(({ inputs }) => inputs.filter((id) => !own.has(id))))];
}

/**
 * The numbered module that the nodes share, or that most of them are in (`stages.1.blocks.0` beside the stage's downsampling); without a
 * number, the module of those with parameters; without a module, the node with most parameters.
 */
export function unitName(graph: InferredGraph, nodes: readonly GraphNode[]): string {
  const params = ({ id }: GraphNode): number => graph.facts.get(id)?.parameterCount ?? 0;
  const shared = sharedModule(nodes);
  const block = nodes
    .map(({ id }) => /^(.*\.)?blocks\.\d+(?=\.)/.exec(id)?.[0])
    .find((name) => name?.startsWith(`${shared}.`));
  if (block !== undefined) return block;
  const module = /\d/.test(shared) ? shared : sharedModule(nodes.filter((node) => params(node) > 0)) || shared;
  if (module !== '') return module;
  return nodes.reduce((best, node) => (params(node) > params(best) ? node : best)).id;
}

function sharedModule(nodes: readonly GraphNode[]): string {
  const text = nodesText(nodes.map(({ id }) => id));
  const colon = text.indexOf(':');
  return colon > 0 ? text.slice(0, colon) : nodes.length === 1 ? text : '';
}

/** Of the repeats of one line: `blocks.1.0–2`. */
export function unitsName(names: readonly string[]): string {
  const [first = ''] = names;
  const last = names.at(-1) ?? '';
  if (names.length < 2) return first;
  const [module, end] = [first.slice(0, first.lastIndexOf('.')), last.slice(last.lastIndexOf('.') + 1)];
  return last === `${module}.${end}` && module !== '' ? `${first}–${end}` : `${first} – ${last}`;
}

/** Pixels of a map; 1 for anything else. */
const area = (shape: Shape): number => (shape.length === 4 ? (shape[1] ?? 0) * (shape[2] ?? 0) : 1);

/** What the columns are headed with: `56 × 56`, `196 tokens`, `vector`. */
export function resolutionOf(shape: Shape): string {
  if (shape.length === 4) return (shape[1] ?? 0) * (shape[2] ?? 0) === 1 ? 'vector' : `${shape[1]} × ${shape[2]}`;
  if (shape.length === 3) return `${shape[1]} tokens`;
  return 'vector';
}

function detailOf(args: Readonly<Record<string, Parameters<typeof printArgument>[1]>>, repeat: number): string {
  return Object.entries(args)
    .filter(([key]) => key !== 'c' && !(key === 's' && repeat > 0))
    .map(([key, value]) => printArgument(key, value))
    .join(' ');
}
