// The document of a slimmed net, and which of the old net's channels and parameters live on in it.
import type { Conv2dAttrs } from '../../../gpu-kernels/ops/convolution.ts';
import type { Shape } from '../../../gpu-kernels/op.ts';
import type { Architecture, BlockLine } from '../../architecture.ts';
import { roundChannels } from '../../blocks/rounding.ts';
import type { GraphNode, InferredGraph, Params } from '../../ir/graph.ts';
import { check } from '../../notation/check.ts';
import { print } from '../../notation/print.ts';
import type { Slimmable } from './units.ts';

/** A net whose blocks stand in lines of their own, with what can shrink in it. */
export interface UnrolledNet extends Slimmable {
  readonly architecture: Architecture;
  readonly graph: InferredGraph;
  readonly params: Params;
}

export interface Rewritten {
  readonly text: string;
  readonly graph: InferredGraph;
  /** Node of the slimmed net → the node that it was. */
  readonly was: ReadonlyMap<string, GraphNode>;
  /** The channels of a set that stay; undefined: all. */
  kept(set: number): readonly number[] | undefined;
}

/**
 * @param sizes Of each unit.
 * @param orders Of each unit its channels in the order in which they go.
 */
export function rewritten(
  subject: UnrolledNet,
  sizes: readonly number[],
  orders: readonly (readonly number[])[],
): Rewritten {
  const { architecture, graph, units, sets, params } = subject;
  const width = (id: string): number => graph.facts.get(id)!.shape.at(-1)!;
  const sizeOf = new Map(units.map(({ set }, i) => [set, sizes[i]!]));
  const now = (id: string): number => sizeOf.get(sets.of(id)) ?? width(id);
  const ofLine = architecture.blocks.map((): GraphNode[] => []);
  for (const node of graph.nodes) ofLine[node.block]?.push(node);
  const gone = new Set(units.flatMap(({ lines }, i) => (sizes[i] === 0 ? lines : [])));
  const stay = architecture.blocks.flatMap((_, i) => (gone.has(i) ? [] : [i]));
  let isOpen = false;
  const blocks = architecture.blocks.flatMap((line, i): BlockLine[] => {
    if (!line.sameStage) isOpen = false;
    if (gone.has(i)) return [];
    const sameStage = line.sameStage && isOpen;
    isOpen = true;
    const [first, last] = [ofLine[i]![0], ofLine[i]!.at(-1)];
    const unit = units.findIndex(({ kind, lines }) => kind === 'inner width' && lines[0] === i);
    const args = { ...line.args };
    if (first && last && units.some(({ kind, lines }) => kind === 'width' && lines.includes(i))) args.c = now(last.id);
    const inner = innerOf(ofLine[i]!, unit < 0 ? undefined : units[unit]!.set, sets);
    if (first && inner && (unit >= 0 || typeof args.e === 'number')) {
      const [wanted, read] = [now(inner.id), now(first.inputs[0]!)];
      if (wanted !== width(inner.id) || read !== width(first.inputs[0]!)) args.e = ratio(wanted, read, architecture);
    }
    return [{ ...line, sameStage, args }];
  });
  const text = print({ ...architecture, blocks: merged(blocks) });
  const made = check(text).graph;
  if (!made) throw new Error(`the slimmed net cannot be built: ${check(text).problems[0]?.message ?? ''}`);

  // Lines of alike blocks were joined for the eye: nodes come in the old order all the same.
  const old = graph.nodes.filter(({ block }) => block < 0 || stay.includes(block));
  const was = new Map<string, GraphNode>();
  made.nodes.forEach((node, i) => {
    const before = old[i];
    if (before?.op !== node.op || made.nodes.length !== old.length)
      throw new Error(`the slimmed net differs at "${node.id}"`);
    was.set(node.id, before);
  });
  const keptOf = new Map<number, readonly number[]>();
  for (const node of made.nodes) {
    const before = was.get(node.id)!;
    const [from, to] = [width(before.id), made.facts.get(node.id)!.shape.at(-1)!];
    const set = sets.of(before.id);
    if (from === to || keptOf.has(set)) continue;
    const unit = units.findIndex((one) => one.set === set);
    const away =
      unit >= 0 ? orders[unit]!.slice(0, from - to) : weakest(sets.makers.get(set) ?? [], params, from, from - to);
    const isGone = new Set(away);
    keptOf.set(
      set,
      Array.from({ length: from }, (_, c) => c).filter((c) => !isGone.has(c)),
    );
  }
  return { text, graph: made, was, kept: (set) => keptOf.get(set) };
}

const innerOf = (
  nodes: readonly GraphNode[],
  set: number | undefined,
  sets: Slimmable['sets'],
): GraphNode | undefined =>
  nodes.find((node) =>
    set === undefined ? sets.makers.get(sets.of(node.id))?.includes(node) : sets.of(node.id) === set,
  );

/** The shortest number that makes `wanted` of `read` channels. */
function ratio(wanted: number, read: number, { header: { round } }: Architecture): number {
  for (let digits = 0; digits < 8; digits++) {
    const e = Number((wanted / read).toFixed(digits));
    if (e >= 0.1 && roundChannels(read * e, round) === wanted) return e;
  }
  return wanted / read;
}

/** Lines that repeat the one above them become its repeats. */
function merged(lines: readonly BlockLine[]): BlockLine[] {
  const result: BlockLine[] = [];
  for (const line of lines) {
    const last = result.at(-1);
    const { s: _, ...rest } = last?.args ?? {};
    const joins = ['as', 'out', 'from', 'mid'].every(
      (key) => line.args[key] === undefined && last?.args[key] === undefined,
    );
    const isAlike = last?.word === line.word && JSON.stringify(rest) === JSON.stringify(line.args);
    if (last && joins && isAlike && line.sameStage) result[result.length - 1] = { ...last, repeats: last.repeats + 1 };
    else result.push(line);
  }
  return result;
}

/** Channels whose weights are smallest by their sum of squares. */
function weakest(makers: readonly GraphNode[], params: Params, size: number, count: number): number[] {
  const norms = new Float64Array(size);
  for (const { params: names } of makers) {
    const weight = params.get(names.weight ?? '') ?? new Float32Array(0);
    const own = weight.length / size;
    weight.forEach((value, i) => (norms[Math.floor(i / own)] = norms[Math.floor(i / own)]! + value ** 2));
  }
  return Array.from(norms.keys())
    .sort((a, b) => norms[a]! - norms[b]!)
    .slice(0, count);
}

/** The old net's parameters without the channels that went: plain removal. Nothing of the old net is changed. */
export function cutParams({ graph, sets, params }: UnrolledNet, made: Rewritten): Map<string, Float32Array> {
  const result = new Map<string, Float32Array>();
  for (const node of made.graph.nodes) {
    const before = made.was.get(node.id)!;
    const out = made.kept(sets.of(before.id));
    const read = before.inputs[0] === undefined ? undefined : made.kept(sets.of(before.inputs[0]));
    const isDense = before.op === 'linear' || (before.op === 'conv2d' && (before.attrs as Conv2dAttrs).groups === 1);
    for (const { role, name, shape } of made.graph.facts.get(node.id)!.params) {
      const old = graph.facts.get(before.id)!.params.find((one) => one.role === role)!;
      const values = cut(params.get(old.name)!, old.shape, out, isDense && role === 'weight' ? read : undefined);
      if (values.length !== shape.reduce((a, b) => a * b, 1)) throw new Error(`"${name}" does not fit its layer`);
      result.set(name, values);
    }
  }
  return result;
}

/** The chosen indices of the first axis and of the second. */
function cut(
  values: Float32Array,
  [rows = 1, columns = 1, ...rest]: Shape,
  first: readonly number[] | undefined,
  second: readonly number[] | undefined,
): Float32Array {
  const size = rest.reduce((a, b) => a * b, 1);
  const parts: Float32Array[] = [];
  for (const row of first ?? Array.from({ length: rows }, (_, i) => i)) {
    const at = row * columns * size;
    if (!second) parts.push(values.subarray(at, at + columns * size));
    else for (const column of second) parts.push(values.subarray(at + column * size, at + (column + 1) * size));
  }
  const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
