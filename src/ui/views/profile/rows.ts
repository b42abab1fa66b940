// The layer table: one row a block, each with the kernels that compute it; joined on node ids, nothing counted twice.
import type { Shape } from '../../../gpu-kernels/op.ts';
import type { Accounting } from '../../../graph/cost/cost.ts';
import type { Architecture } from '../../../graph/architecture.ts';
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import { opWords, workKindsOf, type WorkKind } from '../../../graph/ir/op-words.ts';
import { nodesText } from '../../../graph/plan/print.ts';
import { sceneOf } from '../../drawing/scene.ts';
import { nodeParts } from '../../state/measurements/node-times.ts';
import type { RunRecord } from '../../state/measurements/record.ts';

interface Costs {
  readonly params: number;
  readonly macs: number;
  /** Bytes that its kernels move; undefined before the net was planned. */
  readonly bytes: number | undefined;
  readonly ms: number | undefined;
  /** Half of the 95 % interval of `ms`; undefined where none is known. */
  readonly msOff: number | undefined;
  /** Of the sum of all dispatches. */
  readonly share: number | undefined;
  /** MACs a second. */
  readonly macRate: number | undefined;
  readonly byteRate: number | undefined;
}

export interface KernelRow extends Costs {
  readonly kind: 'kernel';
  readonly key: string;
  /** Position in the plan. */
  readonly dispatch: number;
  readonly line: number;
  /** Node with which the row is selected: the last one computed here. */
  readonly node: string;
  readonly nodes: readonly string[];
  readonly name: string;
  /** Without the block's name. */
  readonly short: string;
  readonly ops: string;
  readonly kernel: string;
  /** What most of it is. */
  readonly work: WorkKind;
  /** All that it is: one kernel may compute a whole block. */
  readonly works: ReadonlySet<WorkKind>;
  readonly output: Shape;
  /** Part of the dispatch that belongs to this block; below 1 where one kernel computes parts of several blocks. */
  readonly part: number;
}

export interface BlockRow extends Costs {
  readonly kind: 'block';
  readonly key: string;
  readonly position: number;
  readonly line: number;
  readonly repeat: number;
  readonly name: string;
  readonly word: string;
  readonly detail: string;
  readonly output: Shape;
  readonly nodes: readonly string[];
  readonly kernels: readonly KernelRow[];
  /** Milliseconds of the same block in the pinned baseline. */
  readonly baselineMs: number | undefined;
  /** True while the time is the one of before the edit. */
  readonly old?: boolean;
}

export type LayerRow = BlockRow | KernelRow;

export interface RowsInput {
  readonly graph: InferredGraph;
  readonly architecture: Architecture;
  readonly accounting: Accounting;
  readonly dispatches: RunRecord['dispatches'] | undefined;
  /** Milliseconds of a block of the baseline that stands where this line and repeat stand. */
  readonly baselineMs?: (line: number, repeat: number) => number | undefined;
}

export function layerRows({ graph, architecture, accounting, dispatches, baselineMs }: RowsInput): BlockRow[] {
  const costs = new Map(accounting.nodes.map((cost) => [cost.id, cost]));
  const ops = new Map(graph.nodes.map((node) => [node.id, opWords(graph, node)]));
  const kindOf = workKindsOf(graph);
  const parts = dispatches && nodeParts(graph, dispatches);
  const totalMs = dispatches?.reduce((sum, { ms }) => sum + ms, 0) ?? 0;
  const sum = (nodes: readonly string[], key: 'params' | 'macs'): number =>
    nodes.reduce((total, id) => total + (costs.get(id)?.[key] ?? 0), 0);
  const measured = (ms: number, msOff: number | undefined, macs: number, bytes: number) => ({
    ms,
    msOff,
    bytes,
    share: totalMs > 0 ? ms / totalMs : undefined,
    macRate: ms > 0 ? (macs / ms) * 1000 : undefined,
    byteRate: ms > 0 ? (bytes / ms) * 1000 : undefined,
  });
  const unmeasured = {
    ms: undefined,
    msOff: undefined,
    bytes: undefined,
    share: undefined,
    macRate: undefined,
    byteRate: undefined,
  };
  // The dispatches of each node, so that a block finds its kernels without looking at all of them.
  const dispatchesOf = new Map<string, number[]>();
  dispatches?.forEach(({ from }, index) => {
    for (const id of from) {
      const list = dispatchesOf.get(id);
      if (list) list.push(index);
      else dispatchesOf.set(id, [index]);
    }
  });

  return sceneOf({ graph, architecture }).units.map((unit, position): BlockRow => {
    const nodes = unit.nodes.map(({ id }) => id);
    const own = new Set(nodes);
    const { name } = unit;
    const indices = [...new Set(nodes.flatMap((id) => dispatchesOf.get(id) ?? []))].sort((a, b) => a - b);
    const kernels = indices.flatMap((index): KernelRow[] => {
      const dispatch = dispatches?.[index];
      if (!dispatch) return [];
      const inside = dispatch.from.filter((id) => own.has(id));
      const part = (parts?.[index] ?? []).reduce((total, item) => total + (own.has(item.node) ? item.part : 0), 0);
      const macs = dispatch.macs * part;
      const [low, high] = dispatch.interval ?? [];
      const msOff = low === undefined || high === undefined ? undefined : ((high - low) / 2) * part;
      const last = inside.at(-1) as string;
      const macsOf = (id: string): number => costs.get(id)?.macs ?? 0;
      const main = inside.reduce((most, id) => (macsOf(id) > macsOf(most) ? id : most), last);
      return [
        {
          kind: 'kernel',
          key: `${unit.key}/${index}`,
          dispatch: index,
          line: unit.line,
          node: last,
          nodes: inside,
          name: nodesText(inside),
          short: inside.map((id) => (id.startsWith(`${name}.`) ? id.slice(name.length + 1) : id)).join(', '),
          ops: [...new Set(inside.map((id) => ops.get(id) ?? ''))].join(' + '),
          kernel: dispatch.kernel,
          work: kindOf.get(main) ?? 'rest',
          works: new Set(inside.map((id) => kindOf.get(id) ?? 'rest')),
          output: graph.facts.get(last)?.shape ?? [],
          part,
          params: sum(inside, 'params'),
          macs,
          ...measured(dispatch.ms * part, msOff, macs, dispatch.bytes * part),
        },
      ];
    });
    const macs = sum(nodes, 'macs');
    const total = (key: 'ms' | 'bytes'): number => kernels.reduce((value, kernel) => value + (kernel[key] ?? 0), 0);
    return {
      kind: 'block',
      key: unit.key,
      position,
      line: unit.line,
      repeat: unit.repeat,
      name,
      word: unit.word,
      detail: unit.detail,
      output: unit.output,
      nodes,
      kernels,
      params: sum(nodes, 'params'),
      macs,
      ...(dispatches ? measured(total('ms'), offTogether(kernels), macs, total('bytes')) : unmeasured),
      baselineMs: baselineMs?.(unit.line, unit.repeat),
    };
  });
}

/** How far a sum may be off: dispatches are timed apart, so that their errors add up as those of independent times. */
export function offTogether(rows: readonly Pick<Costs, 'msOff'>[]): number | undefined {
  const offs = rows.flatMap(({ msOff }) => msOff ?? []);
  return offs.length < rows.length || offs.length === 0 ? undefined : Math.hypot(...offs);
}

export const sortKeys = ['position', 'name', 'ms', 'macRate', 'byteRate', 'params', 'macs', 'change'] as const;
export type SortKey = (typeof sortKeys)[number];
export interface Sorting {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** Change against the baseline, milliseconds. */
export const change = (row: LayerRow): number | undefined =>
  row.kind === 'block' && row.ms !== undefined && row.baselineMs !== undefined ? row.ms - row.baselineMs : undefined;

/** The change, or 0 where it is not more than twice the relative spread of the two measurements. */
export function beyondNoise(row: LayerRow, spread: number): number {
  const by = change(row) ?? 0;
  return Math.abs(by) > 2 * spread * Math.max(row.ms ?? 0, row.kind === 'block' ? (row.baselineMs ?? 0) : 0) ? by : 0;
}

/** Sorted blocks, each unfolded one followed by its kernels; `flat`: all kernels, without blocks. Rows without a value come last. */
export function arrange(
  blocks: readonly BlockRow[],
  { key, descending }: Sorting,
  unfolded: ReadonlySet<string>,
  flat: boolean,
): LayerRow[] {
  const value = (row: LayerRow): number | string | undefined => {
    if (key === 'position') return row.kind === 'block' ? row.position : row.dispatch;
    if (key === 'change') return change(row);
    return row[key];
  };
  const compare = (a: LayerRow, b: LayerRow): number => {
    const [x, y] = [value(a), value(b)];
    if (x === undefined || y === undefined) return x === y ? 0 : x === undefined ? 1 : -1;
    const order = typeof x === 'string' ? x.localeCompare(String(y), 'en', { numeric: true }) : x - (y as number);
    return descending ? -order : order;
  };
  if (flat) return blocks.flatMap(({ kernels }) => kernels).sort(compare);
  return [...blocks].sort(compare).flatMap((block) => (unfolded.has(block.key) ? [block, ...block.kernels] : [block]));
}
