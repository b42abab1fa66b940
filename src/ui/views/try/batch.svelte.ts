// Many photos, one after another: rows fill in while it goes, and it can be stopped and gone on with.
import * as Comlink from 'comlink';
import { answersOf } from '../../../graph/tasks/classify/outputs.ts';
import { ambiguousSentence, folderClasses, type FolderClass } from '../../../graph/tasks/classify/folder-classes.ts';
import { folderOf, type BatchRow } from './batch-table.ts';
import type { FoundFile } from '../../pictures/dropped.ts';
import { decodePhoto, isPhoto } from '../../pictures/photo.ts';
import type { TryState } from './try-state.svelte.ts';

const waits = ({ top, problem }: BatchRow): boolean => top.length === 0 && problem === undefined;

export class Batch {
  rows = $state.raw<readonly BatchRow[]>([]);
  running = $state(false);
  #files: FoundFile[] = [];
  /** {@link TryState.basis} of the answers. */
  #basis: string | undefined;
  #job: AbortController | undefined;

  constructor(private readonly vision: TryState) {}

  /** What was added, in the order of {@link rows}. */
  get files(): readonly FoundFile[] {
    return this.#files;
  }

  get waiting(): number {
    return this.rows.filter(waits).length;
  }

  /** Takes the photos among files. */
  add(files: readonly FoundFile[]): void {
    const photos = files.filter(({ file }) => isPhoto(file));
    if (photos.length === 0)
      this.vision.session.say('There are no photos among these files: JPEG, PNG, WebP or AVIF.', 'bad');
    this.#files.push(...photos);
    this.rows = [...this.rows, ...photos.map(({ path }) => ({ path, top: [] }))];
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

  /** Takes back what another net, other weights or another preparation answered. */
  renew(): void {
    const { basis } = this.vision;
    if (basis === undefined || basis === this.#basis) return;
    this.#basis = basis;
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
    if (vision.weights?.imagenet) await vision.loadLabels();
    while ((await vision.settled()) && !job.signal.aborted) {
      this.renew();
      const { basis } = vision;
      const i = this.rows.findIndex(waits);
      if (i < 0) break;
      const found = await this.#answer(
        this.#files[i] as FoundFile,
        folderClasses(vision.labels ?? [], vision.synsets),
        job.signal,
      );
      if (found && basis === vision.basis) this.rows = this.rows.with(i, found);
    }
    if (this.#job === job) this.running = false;
  }

  async #answer(
    { file, path }: FoundFile,
    classOf: (folder: string) => FolderClass,
    signal: AbortSignal,
  ): Promise<BatchRow | undefined> {
    const { vision } = this;
    const folder = folderOf(path);
    const found = folder === undefined ? undefined : classOf(folder);
    const known = {
      path,
      ...(found?.kind === 'class' && { truth: found.index }),
      ...(found?.kind === 'ambiguous' && { doubt: ambiguousSentence(folder ?? '', found.indices) }),
    };
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
    const { logits, ms } = outcome.value;
    const answer = head ? vision.headAnswer(head, outcome.value) : logits;
    if (vision.output === 'features')
      return { ...known, top: [], problem: 'The net ends without a classifier: it gives features and no answer.' };
    return answer
      ? { ...known, top: answersOf(vision.output, answer, 5), ms }
      : { ...known, top: [], problem: 'Your head’s features were not at hand.' };
  }
}
