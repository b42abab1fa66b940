// Live as the page has it: how far the branches are, the frames that were answered, and what the user asks of them.
import * as Comlink from 'comlink';
import { untrack } from 'svelte';
import { easyTarget } from '../../../../graph/tasks/live/scheduler.ts';
import type { LiveClass, LiveOpened, LiveProfile, LiveReport } from '../../../../workers/jobs/vision/live/protocol.ts';
import type { BranchFacts } from '../../../../workers/jobs/vision/live/branches.ts';
import type { FoundFile } from '../../../pictures/dropped.ts';
import { sentence } from '../../../parts/sentence.ts';
import { backboneChoice, weightsReference } from '../../../weights/choice.ts';
import type { Vision } from '../vision.svelte.ts';
import { cameraPicture, folderPictures, samplePictures } from './live-pictures.ts';

export type LiveStatus =
  | { readonly kind: 'idle' }
  | { readonly kind: 'working'; readonly what: string; readonly share: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly text: string };

/** A frame with what was asked of it. */
export interface LiveFrame extends LiveReport {
  readonly targetMs: number;
  readonly others: number;
}

const mostFrames = 5000;
/** Frames for which one picture is shown where there is no camera. */
const framesEach = 12;
export const liveSizes = [224, 192, 160, 128, 96] as const;

export class Live {
  status = $state.raw<LiveStatus>({ kind: 'idle' });
  sizes = $state.raw<readonly number[]>([224, 160, 96]);
  opened = $state.raw<LiveOpened | undefined>(undefined);
  profile = $state.raw<LiveProfile | undefined>(undefined);
  /** What was taught, in words. */
  lesson = $state('');
  running = $state(false);
  targetMs = $state(33);
  /** Other programs that want the GPU with equal work: the injected load. */
  others = $state(0);
  frames = $state.raw<readonly LiveFrame[]>([]);
  /** GPU objects made so far, where they are counted (`?debug=objects`). */
  created = $state.raw<number | undefined>(undefined);
  /** The picture that is answered, where it is not the camera's. */
  shown = $state.raw<ImageBitmap | undefined>(undefined);
  #pictures: ImageBitmap[] = [];
  #job: AbortController | undefined;
  #hash: string | undefined;

  readonly last: LiveFrame | undefined = $derived(this.frames.at(-1));
  /** The frames at which another branch was taken. */
  readonly switches: readonly { readonly frame: LiveFrame; readonly from: number }[] = $derived.by(() =>
    this.frames.flatMap((frame, i) => {
      const before = this.frames[i - 1];
      return before && before.branch !== frame.branch ? [{ frame, from: before.branch }] : [];
    }),
  );

  constructor(readonly vision: Vision) {}

  branch(index: number): BranchFacts | undefined {
    return this.opened?.branches[index];
  }
  nameOf(index: number): string {
    const branch = this.branch(index);
    return branch ? `${branch.size} px, ${branch.exit}` : '';
  }

  /** Another net ends it; call while a component is set up. */
  follow(): void {
    $effect(() => {
      const { hash } = this.vision.session;
      untrack(() => {
        if (this.#hash !== undefined && this.#hash !== hash) this.close();
        this.#hash = hash;
      });
    });
    $effect(() => () => this.stop());
  }

  /** Prepares, teaches and measures the branches with the user's folder, or with the photos that ship. */
  async prepare(files?: readonly FoundFile[]): Promise<void> {
    this.close();
    const job = new AbortController();
    const { signal } = job;
    this.#job = job;
    const onProgress = (what: string, share: number): void => {
      if (this.#job === job) this.status = { kind: 'working', what, share };
    };
    onProgress('Reading the pictures', 0);
    const { client, loaded, weights } = this.vision.net;
    const { session } = this.vision;
    try {
      const { classes, unread } = files
        ? await folderPictures(files, signal)
        : { classes: await samplePictures(signal), unread: 0 };
      const own = loaded && loaded.kind !== 'made-up' ? weights.choice : undefined;
      const request = {
        name: session.name,
        text: session.text,
        weights: await weightsReference(own ?? backboneChoice()),
        sizes: [...this.sizes],
      };
      const opened = await client.call((calls, ticket) => calls.openLive(ticket, request), { signal, onProgress });
      if (!opened.ok) throw new Error(opened.problem.message);
      const copies = await copiesOf(classes);
      this.#pictures = classes.flatMap(({ pictures }) => pictures);
      const taught = await client.call(
        (calls, ticket) =>
          calls.teachLive(
            ticket,
            Comlink.transfer(
              copies,
              copies.flatMap(({ pictures }) => pictures),
            ),
          ),
        { signal, onProgress },
      );
      if (!taught.ok) throw new Error(taught.problem.message);
      if (this.#job !== job) return;
      this.opened = opened.value;
      this.profile = taught.value;
      this.lesson = `${classes.length} classes, ${this.#pictures.length} pictures${unread > 0 ? `, ${unread} unreadable` : ''}`;
      this.targetMs = easyTarget(taught.value.latencyMs, taught.value.margin);
      this.status = { kind: 'ready' };
    } catch (error) {
      if (this.#job === job)
        this.status = signal.aborted ? { kind: 'idle' } : { kind: 'failed', text: sentence((error as Error).message) };
    }
  }

  cancel(): void {
    this.#job?.abort();
    this.close();
  }

  async start(): Promise<void> {
    if (this.running || this.status.kind !== 'ready') return;
    this.running = true;
    const job = this.#job;
    const { client } = this.vision.net;
    while (this.running && job === this.#job) {
      const { targetMs, others } = this;
      const picture = await this.#picture();
      const outcome = await client.call((calls, ticket) =>
        calls.liveFrame(ticket, Comlink.transfer(picture, [picture]), { targetMs, others }),
      );
      if (job !== this.#job) return;
      if (!outcome.ok) {
        this.running = false;
        this.status = { kind: 'failed', text: sentence(outcome.problem.message) };
        return;
      }
      this.frames = [...this.frames.slice(-mostFrames), { ...outcome.value, targetMs, others }];
      if (this.frames.length % 10 === 0) this.created = (await client.calls.objects())?.created;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  stop(): void {
    this.running = false;
    const { camera } = this.vision;
    if (camera.on && camera.paused) camera.pause(false);
  }

  /** Ends everything and frees the branches. */
  close(): void {
    this.stop();
    this.#job?.abort();
    this.#job = undefined;
    for (const picture of this.#pictures) picture.close();
    this.#pictures = [];
    this.shown = this.opened = this.profile = this.created = undefined;
    this.frames = [];
    this.status = { kind: 'idle' };
    void this.vision.net.client.calls.closeLive();
  }

  /** The next frame: the camera's, or one of the pictures that the exits were taught with. */
  #picture(): Promise<ImageBitmap> {
    const { camera } = this.vision;
    if (camera.on && camera.video && camera.video.videoWidth > 0) {
      // The frames are this view's.
      if (!camera.paused) camera.pause(true);
      this.shown = undefined;
      return cameraPicture(camera.video);
    }
    const turn = Math.floor(this.frames.length / framesEach);
    // A step that visits all of them, class after class.
    const picture = this.#pictures[(turn * 7) % this.#pictures.length];
    if (!picture) throw new Error('there are no pictures to show');
    this.shown = picture;
    return createImageBitmap(picture);
  }
}

const copiesOf = (classes: readonly LiveClass[]): Promise<LiveClass[]> =>
  Promise.all(
    classes.map(async ({ name, pictures }) => ({
      name,
      pictures: await Promise.all(pictures.map((picture) => createImageBitmap(picture))),
    })),
  );
