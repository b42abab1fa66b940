// A labelled folder against the open net: pictures go to the worker one by one, and what they come to stands until the net is another one.
import * as Comlink from 'comlink';
import type { FoundTruth } from '../../../../graph/tasks/truth/folder-truth.ts';
import { truthOf, type Truth } from '../../../../graph/tasks/truth/judge.ts';
import type { FolderVerdict, GivenTruth } from '../../../../workers/jobs/vision/judging-protocol.ts';
import { pixelsInWorker } from '../../../hosts/pictures.ts';
import { sentence } from '../../../parts/sentence.ts';
import type { FoundFile } from '../../../pictures/dropped.ts';
import { decodePhoto, isPhoto } from '../../../pictures/photo.ts';
import type { TaskState } from './task-state.svelte.ts';

export interface Judged extends FolderVerdict {
  readonly pictures: number;
  /** Pictures that could not be judged, a sentence each. */
  readonly failed: readonly string[];
  readonly notes: readonly string[];
  /** It was stopped before the last picture. */
  readonly stopped: boolean;
}

export class Judging {
  files = $state.raw<readonly FoundFile[]>([]);
  progress = $state.raw<{ readonly done: number; readonly of: number } | undefined>(undefined);
  /** Why there is nothing to judge. */
  problem = $state.raw<string | undefined>(undefined);
  #found = $state.raw<{ readonly basis: string | undefined; readonly judged: Judged } | undefined>(undefined);
  #job: AbortController | undefined;

  /** Undefined where no truth is read for the open net. */
  readonly kind: Truth['kind'] | undefined = $derived.by(() => this.task.task && truthOf(this.task.task));
  /** Of the net that is open, with the preparation that it has. */
  readonly judged: Judged | undefined = $derived.by(() => {
    const { basis } = this.task.vision;
    return this.#found && (basis === undefined || basis === this.#found.basis) ? this.#found.judged : undefined;
  });

  constructor(private readonly task: TaskState) {}

  /** Takes a folder, or adds to it; judged at once. */
  add(files: readonly FoundFile[]): void {
    const taken = files.filter(({ file }) => isPhoto(file) || isJson(file));
    this.files = [...this.files, ...taken];
    this.problem = taken.length === 0 ? 'There are no pictures among these files: JPEG, PNG or WebP.' : undefined;
    if (taken.length > 0) void this.run();
  }
  clear(): void {
    this.stop();
    this.files = [];
    this.#found = this.problem = undefined;
  }
  stop(): void {
    this.#job?.abort();
  }

  async run(): Promise<void> {
    this.stop();
    const { vision, labels, task } = this.task;
    const { net } = vision;
    const job = (this.#job = new AbortController());
    const { signal } = job;
    vision.camera.stop();
    this.problem = this.#found = undefined;
    this.progress = { done: 0, of: 0 };
    try {
      if (!(await net.settled()) || signal.aborted) return;
      const { basis } = vision;
      const pictures = this.files.filter(({ file }) => isPhoto(file));
      const byPath = new Map(pictures.map((found) => [found.path, found]));
      const json = this.files.filter(({ file }) => isJson(file)).map(({ file, path }) => ({ file, path }));
      const names = [...(labels ?? (task?.kind === 'face' ? ['face'] : []))];
      const given = { paths: [...byPath.keys()].sort(), labels: names, json };
      const truths = await net.client.call((calls, ticket) => calls.truths(ticket, given), { signal });
      if (!truths.ok) throw new Error(sentence(truths.problem.message));
      const { of, notes, hint } = truths.value;
      if (of.size === 0) throw new Error(`No picture of these has a truth: ${hint}.`);
      await net.client.calls.startJudging();
      const failed: string[] = [];
      let done = 0;
      this.progress = { done, of: of.size };
      for (const [path, truth] of of) {
        if (basis !== vision.basis) break;
        const problem = await this.#judge(byPath.get(path) as FoundFile, truth, byPath, signal);
        if (signal.aborted) break;
        if (problem !== undefined) failed.push(problem);
        this.progress = { done: ++done, of: of.size };
      }
      if (this.#job !== job || basis !== vision.basis) return;
      const verdict = await net.client.call((calls) => calls.verdict());
      if (!verdict.ok) throw new Error(sentence(verdict.problem.message));
      if (!verdict.value) throw new Error(failed[0] ?? 'Stopped before the first picture.');
      const judged = { ...verdict.value, pictures: pictures.length, failed, notes, stopped: done < of.size };
      this.#found = { basis, judged };
    } catch (error) {
      if (this.#job === job) this.problem = (error as Error).message;
    } finally {
      if (this.#job === job) this.progress = this.#job = undefined;
    }
  }

  /** Why a picture was not judged; undefined where it was, or judging was given up. Rejects where no other will be either. */
  async #judge(
    { file, path }: FoundFile,
    found: FoundTruth,
    files: ReadonlyMap<string, FoundFile>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { net } = this.task.vision;
    const { preparation } = net;
    try {
      const truth = await truthFrom(found, files, signal);
      const bitmap = await decodePhoto(file, path, { signal });
      const masks = truth.kind === 'mask' ? [truth.png.buffer, truth.picture.data.buffer] : [];
      const outcome = await net.client.call(
        (calls, ticket) =>
          calls.judge(
            ticket,
            Comlink.transfer(bitmap, [bitmap]),
            preparation,
            Comlink.transfer(truth, masks as ArrayBuffer[]),
          ),
        { signal },
      );
      if (outcome.ok || outcome.problem.kind === 'aborted') return undefined;
      if (outcome.problem.kind === 'stopped') this.stop();
      return `${path}: ${sentence(outcome.problem.message)}`;
    } catch (error) {
      return signal.aborted ? undefined : (error as Error).message;
    }
  }
}

const isJson = ({ name }: File): boolean => /\.json$/i.test(name);

async function truthFrom(
  truth: FoundTruth,
  files: ReadonlyMap<string, FoundFile>,
  signal: AbortSignal,
): Promise<GivenTruth> {
  if (truth.kind !== 'mask') return truth;
  const name = truth.file;
  const bytes = await (files.get(name) as FoundFile).file.arrayBuffer().catch(() => {
    throw new Error(`"${name}" could not be read; is it still there?`);
  });
  const picture = await pixelsInWorker(bytes, name, signal);
  return { kind: 'mask', name, png: new Uint8Array(bytes), picture };
}
