/// <reference types="vite/client" />
// A model file's own graph as the view holds it: the file in its worker, what is folded, found and selected.
import * as Comlink from 'comlink';
import type { Outline, OutlineNode } from '../../../../graph/formats/model/outline.ts';
import type { FileArrangement } from '../../../../graph/formats/model/arrange.ts';
import type { ModelCalls, ReadTensor } from '../../../../workers/model.worker.ts';
import modelUrl from '../../../../workers/model.worker.ts?worker&url';
import { startWorker } from '../../../hosts/trusted-worker.ts';
import type { OpenFile } from '../../../state/open-file.ts';
import { found } from './search.ts';

export class FileNet {
  readonly #worker = startWorker(modelUrl, 'model');
  readonly #calls = Comlink.wrap<ModelCalls>(this.#worker);
  outline = $state.raw<Outline | undefined>(undefined);
  arrangement = $state.raw<FileArrangement | undefined>(undefined);
  folded = $state.raw<ReadonlySet<number>>(new Set());
  query = $state('');
  /** Place of a node in {@link Outline.nodes}. */
  selected = $state<number | undefined>(undefined);
  problem = $state<string | undefined>(undefined);
  /** Places of the nodes that the search finds; undefined while nothing is searched. */
  readonly hits: readonly number[] | undefined = $derived.by(() => {
    const { outline, query } = this;
    return outline && query.trim() !== '' ? found(outline, query) : undefined;
  });

  constructor(file: OpenFile) {
    this.#worker.onerror = () => (this.problem = 'The reader of the file stopped. Close this view and open it again.');
    this.#calls
      .open(file.source, file.companions)
      .then(async (outline) => {
        this.outline = outline;
        await this.#arrange();
      })
      .catch((error: unknown) => (this.problem = (error as Error).message));
  }

  get node(): OutlineNode | undefined {
    return this.selected === undefined ? undefined : this.outline?.nodes[this.selected];
  }

  fold(block: number): void {
    const next = new Set(this.folded);
    if (!next.delete(block)) next.add(block);
    void this.#foldTo(next);
  }
  foldAll(): void {
    void this.#foldTo(new Set(this.outline?.blocks.keys()));
  }
  unfoldAll(): void {
    void this.#foldTo(new Set());
  }

  tensor(key: string): Promise<ReadTensor> {
    return this.#calls.tensor(key);
  }
  async npy(key: string): Promise<Blob> {
    return new Blob([(await this.#calls.npy(key)) as Uint8Array<ArrayBuffer>]);
  }
  dispose(): void {
    this.#worker.terminate();
  }

  async #foldTo(folded: ReadonlySet<number>): Promise<void> {
    this.folded = folded;
    await this.#arrange();
  }
  async #arrange(): Promise<void> {
    const { folded } = this;
    const arrangement = await this.#calls.arrange(folded);
    if (folded === this.folded) this.arrangement = arrangement;
  }
}
