// Many photos, one after another: rows fill in while it goes, and it can be stopped and gone on with.
import * as Comlink from 'comlink';
import { topAnswers } from '../../graph/labels.ts';
import { headLogits } from '../../workers/teach-head.ts';
import { folderClasses, folderOf, type BatchRow } from './batch-table.ts';
import type { FoundFile } from './dropped.ts';
import { decodePhoto } from './photo.ts';
import type { TryState } from './try-state.svelte.ts';

export class Batch {
  rows = $state.raw<readonly BatchRow[]>([]);
  running = $state(false);
  #files: FoundFile[] = [];
  #job: AbortController | undefined;

  constructor(private readonly vision: TryState) {}

  get waiting(): number {
    return this.rows.filter(({ top, problem }) => top.length === 0 && problem === undefined).length;
  }

  add(files: readonly FoundFile[]): void {
    this.#files.push(...files);
    this.rows = [...this.rows, ...files.map(({ path }) => ({ path, top: [] }))];
  }

  clear(): void {
    this.stop();
    this.#files = [];
    this.rows = [];
  }

  stop(): void {
    this.#job?.abort();
    this.running = false;
  }

  /** Answers of another net or another preparation are taken back. */
  forget(): void {
    this.rows = this.rows.map(({ path }) => ({ path, top: [] }));
  }

  /** Classifies what has no answer yet. */
  async run(): Promise<void> {
    const { vision } = this;
    if (this.running || !vision.ready) return;
    vision.camera.stop();
    const job = new AbortController();
    this.#job = job;
    this.running = true;
    const classOf = folderClasses(vision.labels ?? (vision.weights?.imagenet ? await this.#imagenet() : []));
    for (let i = 0; i < this.rows.length && !job.signal.aborted; i++) {
      const row = this.rows[i] as BatchRow;
      if (row.top.length > 0 || row.problem !== undefined) continue;
      const found = await this.#answer(this.#files[i] as FoundFile, classOf, job.signal);
      if (found) this.rows = this.rows.with(i, found);
    }
    if (this.#job === job) this.running = false;
  }

  async #imagenet(): Promise<readonly string[]> {
    await this.vision.loadLabels();
    return this.vision.imagenetLabels ?? [];
  }

  async #answer(
    { file, path }: FoundFile,
    classOf: (folder: string) => number | undefined,
    signal: AbortSignal,
  ): Promise<BatchRow | undefined> {
    const { vision } = this;
    const folder = folderOf(path);
    const truth = folder === undefined ? undefined : classOf(folder);
    const known = { path, ...(truth !== undefined && { truth }) };
    let bitmap: ImageBitmap;
    try {
      bitmap = await decodePhoto(file, path);
    } catch (error) {
      return { ...known, top: [], problem: (error as Error).message };
    }
    const { preparation, head } = vision;
    const outcome = await vision.client.call(
      (calls, ticket) => calls.glance(ticket, Comlink.transfer(bitmap, [bitmap]), preparation),
      { signal },
    );
    if (!outcome.ok)
      return outcome.problem.kind === 'aborted' ? undefined : { ...known, top: [], problem: outcome.problem.message };
    const { logits, values, ms } = outcome.value;
    const features = head && [...values.values()].find(({ length }) => length === head.features);
    const answer = head ? features && headLogits(head, features) : logits;
    return answer
      ? { ...known, top: topAnswers(answer, 5), ms }
      : { ...known, top: [], problem: 'Your head’s features were not at hand.' };
  }
}
