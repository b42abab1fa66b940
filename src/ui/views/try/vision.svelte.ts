// What the open net sees and what it answers: the photo or the camera's picture, the answer, and the head that gives it.
import * as Comlink from 'comlink';
import { untrack } from 'svelte';
import { featureNode } from '../../../graph/tasks/classify/class-map.ts';
import { imagenetClasses, parseLabels, type Answer } from '../../../graph/tasks/classify/labels.ts';
import { answersOf, outputKind, type OutputKind } from '../../../graph/tasks/classify/outputs.ts';
import type { Outcome } from '../../../workers/border/protocol.ts';
import { headLogits, type Head } from '../../../workers/jobs/vision/teach-head.ts';
import type { VisionClient } from '../../../workers/jobs/vision/client.ts';
import type { FrameReport, Look, VisionEvent, WeightsFacts } from '../../../workers/jobs/vision/protocol.ts';
import type { Session } from '../../state/session.svelte.ts';
import { Camera } from './camera.svelte.ts';
import { decodePhoto } from '../../pictures/photo.ts';
import { sentence } from '../../parts/sentence.ts';
import { sameOrigin, type NetOrigin } from '../../weights/net-status.ts';
import type { OpenNet } from '../../weights/open-net.svelte.ts';

/** A photo on the screen. */
export interface Photo {
  readonly name: string;
  /** Object URL of the file, or an address of this page. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

/** An answer and what it is about. */
export type Seen = Look & { readonly live: boolean };

/** The camera's last picture as a photo. */
const stillName = 'Last picture of the camera';

/** Nothing is said of a picture that is there sooner. */
const slowAfterMs = 400;
const megapixels = (width: number, height: number): string =>
  `${width} × ${height} px (${((width * height) / 1e6).toFixed(1)} megapixels)`;

/** Frames between two looks at the count of GPU objects. */
const countEvery = 5;

export class Vision {
  readonly camera: Camera;
  photo = $state.raw<Photo | undefined>(undefined);
  seen = $state.raw<Seen | undefined>(undefined);
  rate = $state.raw<Pick<FrameReport, 'fps' | 'latencyMs' | 'sequence' | 'dropped' | 'ageMs'> | undefined>(undefined);
  /** GPU objects alive, where they are counted (`?debug=objects`). */
  objects = $state.raw<number | undefined>(undefined);
  /** Why the last picture has no answer. */
  problem = $state.raw<string | undefined>(undefined);
  looking = $state(false);
  /** A picture that takes long: what is done with it, while it is. */
  slow = $state.raw<string | undefined>(undefined);
  /** The class whose places in the picture are shown, and the net that it is a class of. */
  #mapped = $state.raw<{ readonly index: number; readonly hash: string } | undefined>(undefined);
  #ownHead = $state.raw<{ readonly head: Head; readonly origin: NetOrigin } | undefined>(undefined);
  #labels = $state.raw<readonly string[] | undefined>(undefined);
  #synsets = $state.raw<readonly string[]>([]);
  #look: AbortController | undefined;
  /** Ends the reading of the photo that was asked for last. */
  #reading: AbortController | undefined;
  /** Counts the photos that were asked for. */
  #turn = 0;
  /** The worker has a picture. */
  #hasPicture = false;

  /** A head of the user's own, in the place of the net's: only on the net and the weights that it was taught on. */
  readonly head: Head | undefined = $derived.by(() => {
    const [own, here] = [this.#ownHead, this.net.origin];
    return own && here && sameOrigin(own.origin, here) ? own.head : undefined;
  });
  readonly labels: readonly string[] | undefined = $derived.by(() => {
    if (this.head) return this.head.classes;
    const { graph } = this.session;
    const classes = this.seen?.logits.length ?? graph?.facts.get(graph.outputs[0] ?? '')?.shape.at(-1);
    return classes === imagenetClasses && (this.net.loaded?.imagenet || this.net.claimed) ? this.#labels : undefined;
  });
  /** WordNet ids in the order of the classes, where they are ImageNet's. */
  get synsets(): readonly string[] {
    return this.labels === this.#labels ? this.#synsets : [];
  }
  /** What an answer rests on besides the picture; undefined while there is no net to ask. */
  readonly basis: string | undefined = $derived.by(() =>
    this.net.ready
      ? JSON.stringify([this.net.origin, this.net.preparation, this.head && [...this.head.bias]])
      : undefined,
  );
  /** Logits of the answer: the net's, or the own head's. */
  readonly logits: Float32Array | undefined = $derived.by(() => {
    const { seen, head } = this;
    return seen && (head ? this.headAnswer(head, seen) : seen.logits);
  });
  /** What the numbers mean: an own head always answers with classes. */
  readonly output: OutputKind = $derived.by(() => {
    const { graph } = this.session;
    return this.head || !graph ? 'classes' : outputKind(graph);
  });
  readonly answers: readonly Answer[] = $derived(
    this.logits && this.output !== 'features' ? answersOf(this.output, this.logits, 5) : [],
  );

  /** The pooled features, which every head reads. */
  readonly featureNode: string | undefined = $derived.by(() => this.session.graph && featureNode(this.session.graph));

  constructor(
    readonly session: Session,
    readonly net: OpenNet,
  ) {
    const opened = (weights: WeightsFacts | undefined): void => {
      if (weights?.imagenet) void this.loadLabels();
    };
    // It may be open already: Quantize opens weights too.
    opened(net.loaded);
    net.listener = {
      opened,
      closed: () => (this.seen = undefined),
      event: (event) => this.#receive(event),
      stopped: (why) => this.#stopped(why),
    };
    this.camera = new Camera(
      net.client,
      () => ({ preparation: net.preparation, paused: this.camera.paused }),
      () => this.#cameraChanged(),
    );
  }

  get mapped(): number | undefined {
    return this.#mapped?.hash === this.session.hash ? this.#mapped.index : undefined;
  }
  set mapped(index: number | undefined) {
    this.#mapped = index === undefined ? undefined : { index, hash: this.session.hash };
  }

  /** Puts an own head in the place of the net's, or takes it away. */
  useHead(head: Head | undefined): void {
    const { origin } = this.net;
    this.#ownHead = head && origin && { head, origin };
  }
  /** A node's values, as far as they came with the answer, which is the output's own. */
  valuesOf(node: string): Float32Array | undefined {
    return this.session.graph?.outputs[0] === node ? this.seen?.logits : this.seen?.values.get(node);
  }
  /** What an own head makes of an answer; undefined where the features did not come with it. */
  headAnswer(head: Head, { values }: Pick<Look, 'values'>): Float32Array | undefined {
    const features = values.get(this.featureNode ?? '');
    return features?.length === head.features ? headLogits(head, features) : undefined;
  }

  /** Follows the net; call while a component is set up. */
  follow(): void {
    this.net.follow();
    // The worker is asked anew: an answer cannot be derived here.
    $effect(() => {
      void this.net.preparation;
      if (!this.net.ready) return;
      untrack(() => {
        this.camera.tell();
        if (!this.camera.on || this.camera.paused) void this.again();
      });
    });
  }

  /** Classifies a file's picture. */
  async show(file: Blob, name: string): Promise<void> {
    this.camera.stop();
    this.problem = undefined;
    this.cancel();
    const turn = ++this.#turn;
    const reading = new AbortController();
    this.#reading = reading;
    let what = `Reading ${name}`;
    const timer = setTimeout(() => (this.slow = what), slowAfterMs);
    let bitmap: ImageBitmap;
    try {
      bitmap = await decodePhoto(file, name, {
        signal: reading.signal,
        onSize: (width, height) => {
          what = `Decoding ${name}, ${megapixels(width, height)}`;
          if (this.slow !== undefined) this.slow = what;
        },
      });
    } catch (error) {
      if (turn === this.#turn && !reading.signal.aborted) this.problem = (error as Error).message;
      return;
    } finally {
      clearTimeout(timer);
      if (turn === this.#turn) this.slow = undefined;
    }
    // Another photo was chosen while this one was read.
    if (turn !== this.#turn || reading.signal.aborted) {
      bitmap.close();
      return;
    }
    if (this.photo) URL.revokeObjectURL(this.photo.url);
    this.photo = { name, url: URL.createObjectURL(file), width: bitmap.width, height: bitmap.height };
    this.seen = undefined;
    await this.lookAt(bitmap);
  }

  /** Gives up the picture that is being read or looked at. */
  cancel(): void {
    this.#reading?.abort(new DOMException('Cancelled.', 'AbortError'));
    this.#reading = undefined;
    this.#look?.abort();
    this.#look = undefined;
    this.slow = undefined;
    this.looking = false;
  }

  /** Hands a bitmap over to the worker and shows the answer. */
  async lookAt(bitmap: ImageBitmap): Promise<void> {
    const { preparation } = this.net;
    this.#hasPicture = true;
    // Without a net the worker only remembers the picture; it is asked again when the net is there.
    await this.#answer((calls, ticket) => calls.look(ticket, Comlink.transfer(bitmap, [bitmap]), preparation));
  }

  /** The same picture once more: another net, other preparation, other layers. */
  async again(): Promise<void> {
    if (!this.#hasPicture) return;
    const { preparation } = this.net;
    await this.#answer((calls, ticket) => calls.again(ticket, preparation));
  }

  /** The camera's last picture becomes a photo that every view can ask about again. */
  async hold(video: HTMLVideoElement): Promise<void> {
    this.camera.pause(true);
    video.pause();
    await this.lookAt(await createImageBitmap(video));
  }

  /** Turns the camera off at once; its last picture stays as a photo, with the answer before until it has its own. */
  async stopCamera(): Promise<void> {
    const still = this.camera.still();
    const { seen } = this;
    this.camera.stop();
    if (!still) return;
    const turn = ++this.#turn;
    const [bitmap, file] = await Promise.all([
      createImageBitmap(still),
      new Promise<Blob | null>((resolve) => still.toBlob(resolve)),
    ]);
    // Something else is looked at by now.
    if (turn !== this.#turn || this.camera.status.kind !== 'off' || !file) return bitmap.close();
    this.photo = { name: stillName, url: URL.createObjectURL(file), width: still.width, height: still.height };
    this.seen = seen && { ...seen, live: false };
    await this.lookAt(bitmap);
  }

  async #answer(ask: (calls: VisionClient['calls'], ticket: number) => Promise<Outcome<Look>>): Promise<void> {
    this.#look?.abort();
    const job = new AbortController();
    this.#look = job;
    this.looking = true;
    const timer = setTimeout(() => {
      if (this.#look === job && this.net.ready) this.slow = 'Looking at the picture';
    }, slowAfterMs);
    const outcome = await this.net.client.call(ask, { signal: job.signal });
    clearTimeout(timer);
    if (this.#look !== job) return;
    this.looking = false;
    this.slow = undefined;
    if (outcome.ok) {
      this.problem = undefined;
      this.seen = { ...outcome.value, live: false };
    } else if (outcome.problem.kind !== 'aborted' && this.net.status.kind === 'open')
      this.problem = sentence(outcome.problem.message);
  }

  /** Fetches the names of ImageNet's classes, once. */
  async loadLabels(): Promise<void> {
    if (this.#labels) return;
    const response = await fetch(new URL('models/imagenet-1k-labels.txt', document.baseURI)).catch(() => undefined);
    if (response?.ok) {
      this.#labels = parseLabels(await response.text(), imagenetClasses);
      // Folders named by WordNet ids are a convenience: without them the names do.
      const ids = await fetch(new URL('models/imagenet-1k-synsets.txt', document.baseURI)).catch(() => undefined);
      if (ids?.ok) this.#synsets = parseLabels(await ids.text(), imagenetClasses);
    } else
      this.session.say('The names of the classes could not be loaded from this page; reload it to try again.', 'bad');
  }

  #receive(event: VisionEvent): void {
    if (event.event === 'frame') this.#frame(event.report);
    else if (event.event === 'camera-held') this.camera.held = event.why;
    else if (event.event === 'camera-failed') this.camera.stop(`The camera was turned off: ${event.message}`);
  }

  #frame(report: FrameReport): void {
    if (this.camera.on && !this.camera.paused) {
      this.seen = { ...report, live: true };
      this.rate = report;
      this.problem = undefined;
    }
    if (report.sequence % countEvery === 0)
      void this.net.client.calls.objects().then((counts) => (this.objects = counts?.live));
    // After the page has drawn it: a page that is busy gets fewer frames.
    requestAnimationFrame(() => this.camera.shown(report.sequence));
  }

  /** Its picture takes the photo's place, and nothing takes its own. */
  #cameraChanged(): void {
    if (this.photo) URL.revokeObjectURL(this.photo.url);
    this.photo = undefined;
    this.seen = undefined;
    this.rate = undefined;
    this.objects = undefined;
    this.#hasPicture = false;
  }

  #stopped(why: string): void {
    this.#hasPicture = false;
    this.photo = undefined;
    if (this.camera.on) this.camera.stop(`The camera was turned off, since the GPU worker stopped (${why}).`);
  }
}
