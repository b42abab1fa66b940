// What can shrink in a net: the inner width of a block, the width that the blocks of a residual chain share, or a whole block that a residual goes around.
import type { Conv2dAttrs } from '../../../gpu-kernels/ops/convolution.ts';
import type { Architecture } from '../../architecture.ts';
import { blocks } from '../../blocks/index.ts';
import type { GraphNode, InferredGraph } from '../../ir/graph.ts';
import { channelSets, type ChannelSets } from './channels.ts';

/** What shrinks together. */
export interface ShrinkingUnit {
  readonly kind: 'inner width' | 'width';
  /** Lines of the unrolled document that say it. */
  readonly lines: readonly number[];
  /** The set of channels ({@link ChannelSets}). */
  readonly set: number;
  readonly width: number;
  /** Widths that it may have, smallest first; 0: the block is left out. */
  readonly sizes: readonly number[];
  /** 1×1 convolutions that read these channels, to be fitted again. */
  readonly readers: readonly GraphNode[];
}

/** Blocks whose argument `e` is their inner width, as a multiple of what they read. */
const inverted = new Set(['mbconv', 'fused', 'uib']);
/** Channels go in steps of this many (NetAdapt), down to a quarter. */
const step = 8;

export interface Slimmable {
  readonly sets: ChannelSets;
  readonly units: readonly ShrinkingUnit[];
}

/** @param withBlocks Whether blocks may be left out. */
export function slimmable({ blocks: lines }: Architecture, graph: InferredGraph, withBlocks: boolean): Slimmable {
  const sets = channelSets(graph);
  const ofLine = lines.map((): GraphNode[] => []);
  for (const node of graph.nodes) ofLine[node.block]?.push(node);
  const width = (node: GraphNode): number => graph.facts.get(node.id)!.shape.at(-1)!;
  const outSets = ofLine.map((nodes) => (nodes.length > 0 ? sets.of(nodes.at(-1)!.id) : -1));
  const inSets = ofLine.map((nodes) => (nodes.length > 0 ? sets.of(nodes[0]!.inputs[0]!) : -1));

  const inner = lines.flatMap(({ word, args }, i): ShrinkingUnit[] => {
    const makers = ofLine[i]!.filter(
      (node) => node.op === 'conv2d' && sets.makers.get(sets.of(node.id))?.includes(node),
    );
    const wide = makers.find((node) => ![outSets[i], inSets[i]].includes(sets.of(node.id)));
    if (!inverted.has(word) || args.from !== undefined || !wide) return [];
    const set = sets.of(wide.id);
    if (sets.isFrozen(set) || sets.makers.get(set)!.some((node) => node.block !== i)) return [];
    const readers = readersOf(set, sets, graph);
    if (!readers) return [];
    const isSkipped = outSets[i] === inSets[i] && ofLine[i]!.at(-1)!.op === 'add';
    const sizes = sizesOf(width(wide));
    return [
      {
        kind: 'inner width',
        lines: [i],
        set,
        width: width(wide),
        sizes: withBlocks && isSkipped ? [0, ...sizes] : sizes,
        readers,
      },
    ];
  });

  const wide = [...new Set(outSets)].flatMap((set): ShrinkingUnit[] => {
    const own = lines.flatMap((_, i) => (outSets[i] === set ? [i] : []));
    const says = own.every(
      (i) => blocks.get(lines[i]!.word)?.args.some(({ key }) => key === 'c') && typeof lines[i]!.args.c === 'number',
    );
    const makers = sets.makers.get(set) ?? [];
    if (set < 0 || sets.isFrozen(set) || !says || makers.length === 0) return [];
    if (makers.some(({ op, block }) => op !== 'conv2d' || !own.includes(block))) return [];
    const readers = readersOf(set, sets, graph);
    if (!readers) return [];
    return [{ kind: 'width', lines: own, set, width: width(makers[0]!), sizes: sizesOf(width(makers[0]!)), readers }];
  });
  return { sets, units: [...inner, ...wide] };
}

const sizesOf = (width: number): number[] => {
  const sizes = [width];
  for (let size = width - (width % step || step); size >= width / 4 && size > 0; size -= step) sizes.unshift(size);
  return sizes;
};

/** The 1×1 convolutions over maps that read a set; undefined where something else reads it that could not be fitted again. */
function readersOf(set: number, sets: ChannelSets, graph: InferredGraph): readonly GraphNode[] | undefined {
  const all = sets.readers.get(set) ?? [];
  const fitted = all.filter((node) => isFitted(node, graph));
  // A gate's layers see one number a channel: they lose channels and stay as they are.
  const others = all.filter(
    (node) => !fitted.includes(node) && !(node.op === 'conv2d' && isPoint(node.inputs[0]!, graph)),
  );
  return fitted.length > 0 && others.length === 0 ? fitted : undefined;
}

const isPoint = (id: string, graph: InferredGraph): boolean => {
  const [, height = 1, width = 1] = graph.facts.get(id)!.shape;
  return height * width === 1;
};

/** A 1×1 convolution over a map, whose output is a linear function of each pixel. */
export function isFitted({ op, attrs, inputs }: GraphNode, graph: InferredGraph): boolean {
  if (op !== 'conv2d' || isPoint(inputs[0]!, graph)) return false;
  const { kernel, stride, groups } = attrs as Conv2dAttrs;
  return groups === 1 && [...kernel, ...stride].every((value) => value === 1);
}
