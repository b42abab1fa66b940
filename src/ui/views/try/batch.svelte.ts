// Many photos, one after another: rows fill in while it goes, and it can be stopped and gone on with.
import * as Comlink from 'comlink';
import { answersOf } from '../../../graph/tasks/classify/outputs.ts';
import { ambiguousSentence, folderClasses, type FolderClass } from '../../../graph/tasks/classify/folder-classes.ts';
import { folderOf, type BatchRow } from './batch-table.ts';
import type { FoundFile } from '../../pictures/dropped.ts';
import { decodePhoto, leftOut } from '../../pictures/photo.ts';
import type { Photos } from '../../pictures/photos.svelte.ts';
import type { Vision } from './vision.svelte.ts';

export class Batch {
  running = $state(false);
  /** What was found, and the {@link Vision.basis} on which: another net's answers, or another preparation's, are void. */
  #found = $state.raw<{ readonly basis: string | undefined; readonly rows: ReadonlyMap<FoundFile, BatchRow> }>({
    basis: undefined,
    rows: new Map(),
  });
  #job: AbortController | undefined;

  /** One for each photo, in order. */
  readonly rows: readonly BatchRow[] = $derived.by(() => {
    const { rows } = this.#current;
    return this.photos.files.map((file) => rows.get(file) ?? { path: file.path, top: [] });
  });

  constructor(
    private readonly vision: Vision,
    private readonly photos: Photos,
  ) {}

  /** The photos, one for each row. */
  get files(): readonly FoundFile[] {
    return this.photos.files;
  }
  /** Photos without an answer. */
  get waiting(): number {
    return this.photos.files.length - this.#current.rows.size;
  }

  /** Takes the photos among files, and says what it leaves out. */
  add(files: readonly FoundFile[]): void {
    const { session } = this.vision;
    const others = leftOut(files.map(({ file }) => file));
    if (!this.photos.add(files)) session.say('There are no photos among these files: JPEG, PNG or WebP.', 'bad');
    else if (others) session.say(others);
  }

  clear(): void {
    this.stop();
    this.photos.clear();
    this.#found = { basis: undefined, rows: new Map() };
  }

  stop(): void {
    this.#job?.abort();
    this.running = false;
  }

  /** While there is no net to ask, the last answers stand. */
  get #current(): { readonly basis: string | undefined; readonly rows: ReadonlyMap<FoundFile, BatchRow> } {
    const { basis } = this.vision;
    return basis === undefined || basis === this.#found.basis ? this.#found : { basis, rows: new Map() };
  }

  /** Classifies what has no answer yet. */
  async run(): Promise<void> {
    const { vision } = this;
    if (this.running || !vision.net.ready) return;
    vision.camera.stop();
    const job = new AbortController();
    this.#job = job;
    this.running = true;
    if (vision.net.loaded?.imagenet) await vision.loadLabels();
    while ((await vision.net.settled()) && !job.signal.aborted) {
      const { basis } = vision;
      const next = this.photos.files.find((file) => !this.#current.rows.has(file));
      if (!next) break;
      const found = await this.#answer(next, folderClasses(vision.labels ?? [], vision.synsets), job.signal);
      if (found && basis === vision.basis)
        this.#found = { basis, rows: new Map([...this.#current.rows, [next, found]]) };
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
      bitmap = await decodePhoto(file, path, { signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      return { ...known, top: [], problem: (error as Error).message };
    }
    const { head, net } = vision;
    const { preparation } = net;
    const outcome = await net.client.call(
      (calls, ticket) => calls.inferOnce(ticket, Comlink.transfer(bitmap, [bitmap]), preparation),
      { signal },
    );
    if (!outcome.ok)
      return outcome.problem.kind === 'aborted' ? undefined : { ...known, top: [], problem: outcome.problem.message };
    const { logits, ms } = outcome.value;
    const answer = head ? vision.own.answer(outcome.value) : logits;
    if (vision.output === 'features')
      return {
        ...known,
        top: [],
        problem: vision.net.weights.purpose ?? 'The net ends without a classifier: it gives features and no answer.',
      };
    return answer
      ? { ...known, top: answersOf(vision.output, answer, 5), ms }
      : { ...known, top: [], problem: 'Your head’s features were not at hand.' };
  }
}
