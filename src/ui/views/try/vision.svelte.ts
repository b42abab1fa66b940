// What the open net sees and what it answers: the photo or the camera's picture, the answer, and the head that gives it.
import * as Comlink from 'comlink';
import { untrack } from 'svelte';
import { featureNode } from '../../../graph/tasks/classify/class-map.ts';
import { imagenetClasses, type Answer } from '../../../graph/tasks/classify/labels.ts';
import { answersOf, outputKind, type OutputKind } from '../../../graph/tasks/classify/outputs.ts';
import type { Outcome } from '../../../workers/border/protocol.ts';
import type { Head } from '../../../workers/jobs/vision/teach-head.ts';
import type { VisionClient } from '../../../workers/jobs/vision/client.ts';
import type { FrameReport, Look, VisionEvent, WeightsFacts } from '../../../workers/jobs/vision/protocol.ts';
import type { Session } from '../../state/session.svelte.ts';
import { Camera } from './camera.svelte.ts';
import { ClassNames } from './class-names.svelte.ts';
import { letGo, photoOf, stillPhoto, type Photo, type Seen } from './looked-at.ts';
import { OwnHead } from './own-head.svelte.ts';
import { PhotoReader, whenSlow } from './photo-reader.ts';
import { sentence } from '../../parts/sentence.ts';
import type { OpenNet } from '../../weights/open-net.svelte.ts';

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
  readonly #names = new ClassNames();
  readonly own: OwnHead;
  #look: AbortController | undefined;
  readonly #reader = new PhotoReader();
  /** Counts the photos that were asked for. */
  #turn = 0;
  /** The worker has a picture. */
  #hasPicture = false;

  readonly labels: readonly string[] | undefined = $derived.by(() => {
    if (this.head) return this.head.classes;
    const { graph } = this.session;
    const classes = this.seen?.logits.length ?? graph?.facts.get(graph.outputs[0] ?? '')?.shape.at(-1);
    const { loaded, claimed } = this.net;
    if (loaded?.preparation?.labels?.length === classes) return loaded?.preparation?.labels;
    return claimed || (classes === imagenetClasses && loaded?.imagenet) ? this.#names.of(classes ?? 0) : undefined;
  });
  /** WordNet ids in the order of the classes, where they are ImageNet's. */
  get synsets(): readonly string[] {
    return this.#names.synsetsOf(this.labels);
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
    return seen && (head ? this.own.answer(seen) : seen.logits);
  });
  /** What the numbers mean: an own head always answers with classes. */
  readonly output: OutputKind = $derived.by(() => {
    const { graph } = this.session;
    return this.head || !graph ? 'classes' : this.net.weights.purpose ? 'features' : outputKind(graph);
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
    const opened = (weights?: WeightsFacts): void => void (weights?.imagenet && this.loadLabels());
    this.own = new OwnHead(net, () => this.featureNode);
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

  get head(): Head | undefined {
    return this.own.head;
  }
  /** A node's values, as far as they came with the answer, which is the output's own. */
  valuesOf(node: string): Float32Array | undefined {
    return this.session.graph?.outputs[0] === node ? this.seen?.logits : this.seen?.values.get(node);
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
    const read = await this.#reader.read(file, name, (what) => (this.slow = what));
    // Another photo was chosen while this one was read, or it was given up.
    if (!read || turn !== this.#turn) return;
    if ('problem' in read) {
      this.problem = read.problem;
      return;
    }
    const { bitmap } = read;
    letGo(this.photo);
    this.photo = photoOf(file, name, bitmap);
    this.seen = undefined;
    await this.lookAt(bitmap);
  }

  /** Gives up the picture that is being read or looked at. */
  cancel(): void {
    this.#reader.cancel();
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
    const { bitmap, photo } = await stillPhoto(still);
    // Something else is looked at by now.
    if (turn !== this.#turn || this.camera.status.kind !== 'off') {
      letGo(photo);
      return bitmap.close();
    }
    this.photo = photo;
    this.seen = seen && { ...seen, live: false };
    await this.lookAt(bitmap);
  }

  async #answer(ask: (calls: VisionClient['calls'], ticket: number) => Promise<Outcome<Look>>): Promise<void> {
    this.#look?.abort();
    const job = new AbortController();
    this.#look = job;
    this.looking = true;
    const outcome = await whenSlow(this.net.client.call(ask, { signal: job.signal }), () => {
      if (this.#look === job && this.net.ready) this.slow = 'Looking at the picture';
    });
    if (this.#look !== job) return;
    this.looking = false;
    this.slow = undefined;
    if (outcome.ok) {
      this.problem = undefined;
      this.seen = this.net.answers ? { ...outcome.value, live: false } : undefined;
    } else if (outcome.problem.kind !== 'aborted' && this.net.status.kind === 'open')
      this.problem = sentence(outcome.problem.message);
  }

  /** Fetches the names of ImageNet's classes, once. */
  async loadLabels(): Promise<void> {
    const problem = await this.#names.load();
    if (problem) this.session.say(problem, 'bad');
  }

  #receive(event: VisionEvent): void {
    if (event.event === 'frame') this.#frame(event.report);
    else if (event.event === 'camera-held') this.camera.held = event.why;
    else if (event.event === 'camera-failed') this.camera.stop(`The camera was turned off: ${event.message}`);
  }

  #frame(report: FrameReport): void {
    if (this.camera.on && !this.camera.paused && this.net.answers) {
      this.seen = { ...report, live: true };
      this.rate = report;
      this.problem = undefined;
    }
    if (report.sequence % countEvery === 0)
      void this.net.client.calls.objects().then((counts) => (this.objects = counts?.live));
    // After the page has drawn it: a page that is busy gets fewer frames.
    requestAnimationFrame(() => this.camera.shown(report));
  }

  /** Its picture takes the photo's place, and nothing takes its own. */
  #cameraChanged(): void {
    letGo(this.photo);
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
