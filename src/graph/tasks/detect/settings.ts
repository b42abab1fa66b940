// What the text's `ssd` line says of anchors and codes, which only decoding reads, with the sizes of the maps that it predicts on.
import { namesOf, type BlockLine } from '../../architecture.ts';
import type { TaskNet } from '../task.ts';
import { blazeAnchors, tensorflowAnchors, torchvisionAnchors, type Anchors, type MapSizes } from './anchors.ts';
import { blazeBoxes, tensorflowBoxes, torchvisionBoxes, type DecodedBoxes } from './decode.ts';
import { ssdDefaults } from './ssd-defaults.ts';
import { anchorPlace, type AnchorPlace } from './where.ts';

const lineOf = ({ architecture }: TaskNet): BlockLine | undefined =>
  architecture?.blocks.find(({ word }) => word === 'ssd');

const number = (line: BlockLine, key: string, fallback: number): number => {
  const value = line.args[key];
  return typeof value === 'number' ? value : fallback;
};
const numbers = (line: BlockLine, key: string): readonly number[] | undefined => {
  const value = line.args[key];
  return typeof value === 'number' ? [value] : Array.isArray(value) ? (value as readonly number[]) : undefined;
};

/** True where boxes come with points. */
export function hasPoints(net: TaskNet): boolean {
  const line = lineOf(net);
  return line !== undefined && number(line, 'code', ssdDefaults.code) > ssdDefaults.code;
}

export interface Detector {
  readonly anchors: Anchors;
  /** Values an anchor in `scores`, background included. */
  readonly logits: number;
  /** The first logit is the background. */
  readonly background: boolean;
  /** Scores by softmax over an anchor's logits, not by a sigmoid each. */
  readonly softmax: boolean;
  readonly coder: 'tensorflow' | 'torchvision' | 'blaze';
  /** Numbers a box in `boxes`: four, then points. */
  readonly code: number;
  /** Side of the input, pixels. */
  readonly size: number;
  decode(codes: Float32Array): DecodedBoxes;
  /** Which map an anchor is on. */
  whereIs(anchor: number): AnchorPlace | undefined;
}

/** TensorFlow's configurations write a third with four digits. */
const inverse = (ratio: number): number => Math.round(1e4 / ratio) / 1e4;

/** How a net's boxes and scores are read; undefined for a net without an `ssd` line. */
export function detectorOf(net: TaskNet): Detector | undefined {
  const line = lineOf(net);
  if (!line) return undefined;
  const nodes = mapNodes(net, line);
  const maps: MapSizes = nodes.map((node) => {
    const [, height = 0, width = 0] = net.graph.facts.get(node ?? '')?.shape ?? [];
    return [height, width] as const;
  });
  const code = number(line, 'code', ssdDefaults.code);
  const ends = { lo: number(line, 'lo', ssdDefaults.lo), hi: number(line, 'hi', ssdDefaults.hi) };
  const given = numbers(line, 'r') ?? ssdDefaults.ratios;
  const counts = numbers(line, 'an');
  const logits = number(line, 'n', 1);
  const size = net.graph.facts.get(net.graph.inputs[0] ?? '')?.shape[2] ?? 1;
  const shared = { logits, background: logits > 1, softmax: line.args.softmax === true, code, size };
  const at =
    (anchors: Anchors) =>
    (anchor: number): AnchorPlace | undefined =>
      anchorPlace(anchors, maps, anchor, nodes);
  if (counts) {
    const anchors = blazeAnchors(maps, counts);
    return {
      ...shared,
      coder: 'blaze',
      anchors,
      whereIs: at(anchors),
      decode: (codes) => blazeBoxes(codes, anchors, code, size),
    };
  }
  if (line.args.anchors === 'torch') {
    const anchors = torchvisionAnchors(maps, { ...ends, ratios: given });
    return {
      ...shared,
      coder: 'torchvision',
      anchors,
      whereIs: at(anchors),
      decode: (codes) => ({ boxes: torchvisionBoxes(codes, anchors) }),
    };
  }
  const ratios = [1, ...given.flatMap((ratio) => [ratio, inverse(ratio)])];
  const anchors = tensorflowAnchors(maps, { ...ends, ratios, reduced: line.args.reduced === true });
  return {
    ...shared,
    coder: 'tensorflow',
    anchors,
    whereIs: at(anchors),
    decode: (codes) => ({ boxes: tensorflowBoxes(codes, anchors) }),
  };
}

/** What makes the maps that the line reads: its predictors keep their size. */
function mapNodes({ graph, architecture }: TaskNet, line: BlockLine): readonly (string | undefined)[] {
  return line.args.from === undefined
    ? [lastBefore(graph.nodes, architecture?.blocks.indexOf(line) ?? 0)]
    : namesOf(line.args.from).map((name) => graph.named?.get(name));
}

const lastBefore = (nodes: TaskNet['graph']['nodes'], block: number): string | undefined =>
  nodes.findLast((node) => node.block < block)?.id;
