/// <reference types="vite/client" />
// Two nets compared node by node as the view holds them: the worker that has both, what is folded, listed and selected.
import * as Comlink from 'comlink';
import type { FileArrangement } from '../../../../graph/formats/model/arrange.ts';
import type { Outline, OutlineNode } from '../../../../graph/formats/model/outline.ts';
import type { NodeChange, NodeDiff, NodeRow } from '../../../../graph/inspect/diff/diff.ts';
import type { DiffCalls } from '../../../../workers/diff.worker.ts';
import diffUrl from '../../../../workers/diff.worker.ts?worker&url';
import { startWorker } from '../../../hosts/trusted-worker.ts';
import type { Tone } from '../file/draw.ts';
import type { Compared } from './comparison.svelte.ts';

export type SideName = 'left' | 'right';
interface Answer {
  readonly left: Outline;
  readonly right: Outline;
  readonly diff: NodeDiff;
  /** By their own nodes, else both as operators of ours. */
  readonly own: boolean;
}
/** Larger nets begin with what is equal folded. */
const mostUnfolded = 400;

export class NodeDiffState {
  readonly #worker = startWorker(diffUrl, 'diff');
  readonly #calls = Comlink.wrap<DiffCalls>(this.#worker);
  answer = $state.raw<Answer | undefined>(undefined);
  arrangements = $state.raw<Partial<Record<SideName, FileArrangement>>>({});
  progress = $state.raw({ what: 'Starting', share: 0 });
  problem = $state<string | undefined>(undefined);
  onlyChanges = $state(true);
  foldsEqual = $state(false);
  selected = $state.raw<NodeRow | undefined>(undefined);

  readonly rows: readonly NodeRow[] = $derived.by(() => {
    const rows = this.answer?.diff.rows ?? [];
    return this.onlyChanges ? rows.filter(({ change }) => change !== 'same') : rows;
  });
  readonly counts: Readonly<Record<NodeChange, number>> = $derived.by(() => {
    const counts = { same: 0, changed: 0, added: 0, removed: 0 };
    for (const { change } of this.answer?.diff.rows ?? []) counts[change]++;
    return counts;
  });
  readonly tones: Readonly<Record<SideName, ReadonlyMap<number, Tone>>> = $derived.by(() => ({
    left: this.#tonesOf('left'),
    right: this.#tonesOf('right'),
  }));

  constructor(left: Compared, right: Compared) {
    this.#worker.onerror = () => (this.problem = 'The comparison stopped. Choose the second net again.');
    this.#open(left, right).catch((error: unknown) => (this.problem = (error as Error).message));
  }

  nodeOf(row: NodeRow, side: SideName): OutlineNode | undefined {
    const at = row[side];
    return at === undefined ? undefined : this.answer?.[side].nodes[at];
  }
  /** The row of a node of a side. */
  rowOf(side: SideName, node: number): NodeRow | undefined {
    return this.answer?.diff.rows.find((row) => row[side] === node);
  }
  foldEqual(folds: boolean): void {
    this.foldsEqual = folds;
    void this.#arrange();
  }
  dispose(): void {
    this.#worker.terminate();
  }

  async #open({ source: one }: Compared, { source: other }: Compared): Promise<void> {
    const tell = Comlink.proxy((what: string, share: number) => void (this.progress = { what, share }));
    const { own } = await this.#calls.open(one, other, tell);
    const left = await this.#calls.outline('left');
    const right = await this.#calls.outline('right');
    const diff = await this.#calls.diff();
    this.foldsEqual = Math.max(left.nodes.length, right.nodes.length) > mostUnfolded;
    this.answer = { left, right, diff, own };
    await this.#arrange();
  }
  #tonesOf(side: SideName): ReadonlyMap<number, Tone> {
    const tones = new Map<number, Tone>();
    for (const row of this.answer?.diff.rows ?? [])
      if (row.change !== 'same' && row[side] !== undefined) tones.set(row[side], row.change);
    return tones;
  }
  /** Blocks in which nothing differs. */
  #equal(side: SideName, { blocks }: Outline): ReadonlySet<number> {
    const tones = this.tones[side];
    const isEqual = (from: number, to: number): boolean => {
      for (let at = from; at < to; at++) if (tones.has(at)) return false;
      return true;
    };
    return new Set(blocks.flatMap(({ from, to }, block) => (isEqual(from, to) ? [block] : [])));
  }
  async #arrange(): Promise<void> {
    const { answer, foldsEqual } = this;
    if (!answer) return;
    for (const side of ['left', 'right'] as const) {
      const arrangement = await this.#calls.arrange(side, foldsEqual ? this.#equal(side, answer[side]) : new Set());
      if (foldsEqual === this.foldsEqual) this.arrangements = { ...this.arrangements, [side]: arrangement };
    }
  }
}
