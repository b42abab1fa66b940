// A small drawing of a block's structure, laid out from the ops that the block itself makes: boxes along a wire, skips as arcs above it.
import type { Box, BoxKind } from '../../../gpu-kernels/forms.ts';
import type { Op, Shape } from '../../../gpu-kernels/op.ts';
import { ops } from '../../../gpu-kernels/ops/index.ts';
import type { Architecture, BlockLine } from '../../../graph/architecture.ts';
import type { Block } from '../../../graph/blocks/block.ts';
import { defaultHeader } from '../../../graph/architecture.ts';
import { expand } from '../../../graph/blocks/expand.ts';
import type { GraphNode, InferredGraph } from '../../../graph/ir/graph.ts';
import { printLine } from '../../../graph/notation/print.ts';
import { bare } from '../../../graph/notation/edit.ts';
import { proposeLine } from './new-line.ts';

type Sign = NonNullable<Op['sign']>;

export interface DiagramBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly kind: BoxKind;
  readonly label: string;
  /** The node's id and output shape, for a title. */
  readonly title: string;
}

export interface Diagram {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly DiagramBox[];
  /** Where a skip joins: a small circle with its sign. */
  readonly joins: readonly { readonly x: number; readonly sign: Sign }[];
  /** SVG paths of the skips. */
  readonly arcs: readonly string[];
  /** Height of the wire. */
  readonly wire: number;
  /** For people who do not see it: `1×1, depthwise 3×3, 1×1, plus skip`. */
  readonly description: string;
}

const HEIGHT = 40;
const WIRE = 25;
const GAP = 7;
const JOIN = 9;

interface Item {
  readonly node: GraphNode;
  readonly box?: Box;
  readonly join?: Sign;
  /** Where the side input leaves the wire: position in the chain, −1 = the block's input. */
  readonly from?: number;
}

/** Draws the nodes of one repeat of a block, the last of them being its output. */
export function diagramOf(graph: InferredGraph, nodes: readonly GraphNode[]): Diagram {
  const chain = itemsOf(graph, nodes).map(once);
  const channels = (node: GraphNode): number => graph.facts.get(node.id)?.shape.at(-1) ?? 1;
  const drawn = chain.filter(({ box }) => box).map(({ node }) => Math.log(channels(node)));
  const [least, most] = [Math.min(...drawn), Math.max(...drawn)];
  const boxes: DiagramBox[] = [];
  const joins: Diagram['joins'][number][] = [];
  const arcs: string[] = [];
  const ends: number[] = [];
  let x = GAP + 3;
  for (const { node, box, join, from } of chain) {
    if (box) {
      const width = Math.max(18, box.label.length * 5.4 + 8);
      // Taller = more channels: the bottleneck is visible.
      const height = most > least ? 14 + (12 * (Math.log(channels(node)) - least)) / (most - least) : 18;
      const shape = graph.facts.get(node.id)?.shape.slice(1).join('×') ?? '';
      boxes.push({
        x,
        y: WIRE - height / 2,
        width,
        height,
        kind: box.kind,
        label: box.label,
        title: `${box.words} → ${shape}`,
      });
      x += width + GAP;
    } else if (join) {
      const start = from === undefined || from < 0 ? GAP - 1 : (ends[from] ?? GAP);
      joins.push({ x: x + JOIN / 2, sign: join });
      const top = 4 + 2.5 * (arcs.length % 2);
      arcs.push(`M${round(start)} ${WIRE}V${top + 4}q0 -4 4 -4H${round(x + JOIN / 2 - 4)}q4 0 4 4V${WIRE - 4.5}`);
      x += JOIN + GAP;
    }
    ends.push(x - GAP / 2);
  }
  const described = chain.flatMap(({ box, join }) =>
    box ? [box.words] : join ? [{ '+': 'plus skip', '−': 'minus skip', '×': 'times side branch' }[join]] : [],
  );
  return {
    width: Math.ceil(x + 3),
    height: HEIGHT,
    boxes,
    joins,
    arcs,
    wire: WIRE,
    description: described.join(', ') || 'no computation',
  };
}

/** Coordinate attention multiplies twice, once a direction; it is one gate. */
const once = (item: Item, index: number, chain: readonly Item[]): Item =>
  item.box?.kind === 'gate' && chain[index - 1]?.box?.label === item.box.label ? { node: item.node } : item;

/** The main path of a block, from its input to its output: each node's first input, side inputs as joins. */
function itemsOf(graph: InferredGraph, nodes: readonly GraphNode[]): Item[] {
  const own = new Map(nodes.map((node) => [node.id, node]));
  const path: GraphNode[] = [];
  for (let node = nodes.at(-1); node; node = own.get(node.inputs[0] ?? '')) path.unshift(node);
  const position = new Map(path.map(({ id }, index) => [id, index]));
  const side = (id: string): { from: number; nodes: GraphNode[] } => {
    const passed: GraphNode[] = [];
    for (let node = own.get(id); node && !position.has(node.id); node = own.get(node.inputs[0] ?? ''))
      passed.push(node);
    const root = passed.at(-1)?.inputs[0] ?? id;
    return { from: position.get(root) ?? -1, nodes: passed };
  };
  return path.map((node): Item => {
    const second = node.inputs[1];
    const { sign } = ops[node.op];
    if (sign !== undefined && second !== undefined) {
      const { from, nodes: passed } = side(second);
      if (sign !== '×' || !passed.some((other) => squeezes(graph, other))) return { node, join: sign, from };
      const both = passed.some(({ op }) => op === 'slice' || op === 'concat');
      return {
        node,
        box: both
          ? { kind: 'gate', label: 'CA', words: 'coordinate attention' }
          : { kind: 'gate', label: 'SE', words: 'squeeze-excite' },
      };
    }
    const box = boxOf(graph, node);
    return box ? { node, box } : { node };
  });
}

const inputOf = (graph: InferredGraph, node: GraphNode): Shape => graph.facts.get(node.inputs[0] ?? '')?.shape ?? [];

const boxOf = (graph: InferredGraph, node: GraphNode): Box | undefined =>
  ops[node.op].box?.(node.attrs, inputOf(graph, node));

/** True for an op that makes one value of all rows or columns: the beginning of a gate. */
function squeezes(graph: InferredGraph, node: GraphNode): boolean {
  const output = graph.facts.get(node.id)?.shape ?? [];
  const window = ops[node.op].window?.(node.attrs, inputOf(graph, node), output);
  return window?.some(({ stride }) => stride === 'all') ?? false;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Lines that may have to stand above a block for it to be built: nothing, a map, tokens, a vector. */
const preludes: readonly (readonly BlockLine[])[] = [
  [],
  [bare({ word: 'conv', args: { k: 3, c: 16 }, repeats: 1, sameStage: false })],
  [
    bare({ word: 'conv', args: { k: 3, c: 16 }, repeats: 1, sameStage: false }),
    bare({ word: 'flatten', args: {}, repeats: 1, sameStage: false }),
  ],
  [bare({ word: 'tokens', args: { k: 3, s: 2, c: 16 }, repeats: 1, sameStage: false })],
  [
    bare({ word: 'conv', args: { k: 3, c: 16 }, repeats: 1, sameStage: false }),
    bare({ word: 'pool', args: {}, repeats: 1, sameStage: false }),
  ],
  [
    bare({ word: 'conv', args: { k: 3, c: 16, as: 'a' }, repeats: 1, sameStage: false }),
    bare({ word: 'conv', args: { k: 3, c: 16, as: 'b' }, repeats: 1, sameStage: false }),
  ],
];

const drawings = new Map<string, Diagram | undefined>();

/** The drawing of a block as it is usually written; undefined when it cannot be built on a small input. Made once. */
export function blockDiagram(block: Block, asStem = false): Diagram | undefined {
  const key = `${block.word} ${asStem}`;
  if (!drawings.has(key)) drawings.set(key, drawFirst(block, asStem));
  return drawings.get(key);
}

/** A line with what it must read: joins two results, takes the size of one. */
function lineFor(block: Block, architecture: Architecture, at: number): BlockLine {
  const line = proposeLine(block.word, architecture, at);
  if (!block.readsSeveral) return line;
  return { ...line, args: { ...line.args, from: block.results ? 'a' : 'a,b' } };
}

/** A picture, or a wave for blocks that hear. */
const headers = [
  { ...defaultHeader, family: 'plain', input: [3, 32, 32] as const },
  { ...defaultHeader, family: 'plain', input: [1, 1, 4000] as const, rate: 16_000 },
];

function drawFirst(block: Block, asStem: boolean): Diagram | undefined {
  const above = asStem || block.place === 'stem' ? preludes.slice(0, 1) : preludes.slice(1);
  for (const header of headers)
    for (const before of above) {
      const architecture: Architecture = { header, blocks: before };
      const line = lineFor(block, architecture, before.length);
      const { graph } = expand({ header, blocks: [...before, line] }, printLine(line));
      if (graph)
        return diagramOf(
          graph,
          graph.nodes.filter((node) => node.block === before.length),
        );
    }
  return undefined;
}
