// What the Try pane shows: the net with its weights, the picture or the camera, and the answer; one for the life of the page.
import * as Comlink from 'comlink';
import { untrack } from 'svelte';
import { imagenetClasses, parseLabels, topAnswers, type Answer } from '../../graph/labels.ts';
import { preparationFor, type Preparation } from '../../graph/preprocess.ts';
import type { Outcome } from '../../workers/protocol.ts';
import { headLogits, type Head } from '../../workers/teach-head.ts';
import type { VisionClient } from '../../workers/vision-client.ts';
import type {
  FrameReport,
  Look,
  Path,
  StoredWeights,
  VisionEvent,
  WeightsFacts,
  WeightsRef,
} from '../../workers/vision-protocol.ts';
import { embeddedNet } from '../../graph/embedded-model.ts';
import type { Session } from '../session.svelte.ts';
import { cleanName } from '../share/names.ts';
import { Check } from '../inside/check.svelte.ts';
import { Batch } from './batch.svelte.ts';
import { Camera } from './camera.svelte.ts';
import { decodePhoto } from './photo.ts';
import { sameOrigin, type HeadOrigin } from './head-file.ts';
import { Teach } from './teach.svelte.ts';
import { visionHost } from './vision-host.ts';
import { WeightsFetch } from './weights-fetch.svelte.ts';
import {
  embeddedText,
  embeddedUrl,
  isEmbeddedNet,
  obviousChoice,
  publishedFor,
  weightsReference,
  type Published,
  type WeightsChoice,
} from './weights-choice.ts';

export type NetStatus =
  /** The net on the page has no weights yet. */
  | { readonly kind: 'closed' }
  /** `before`: what was open with the same weights, when the same net is opened again for other layers. */
  | { readonly kind: 'opening'; readonly what: string; readonly share: number; readonly before?: Opened }
  | ({ readonly kind: 'open'; readonly hash: string } & Opened)
  | { readonly kind: 'mismatch'; readonly weights: string; readonly lines: readonly string[] }
  | { readonly kind: 'failed'; readonly text: string };

interface Opened {
  readonly path: Path;
  readonly weights: WeightsFacts;
}

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

const reopenAfterMs = 300;
/** Frames between two looks at the count of GPU objects. */
const countEvery = 5;

export class TryState {
  readonly client: VisionClient;
  readonly camera: Camera;
  readonly batch = new Batch(this);
  readonly teach = new Teach(this);
  readonly check = new Check(this);
  readonly fetching: WeightsFetch;
  net = $state.raw<NetStatus>({ kind: 'closed' });
  choice = $state.raw<WeightsChoice | undefined>(undefined);
  stored = $state.raw<readonly StoredWeights[]>([]);
  photo = $state.raw<Photo | undefined>(undefined);
  seen = $state.raw<Seen | undefined>(undefined);
  rate = $state.raw<Pick<FrameReport, 'fps' | 'latencyMs' | 'sequence' | 'dropped'> | undefined>(undefined);
  /** GPU objects alive, where they are counted (`?debug=objects`). */
  objects = $state.raw<number | undefined>(undefined);
  /** Why the last picture has no answer. */
  problem = $state.raw<string | undefined>(undefined);
  looking = $state(false);
  /** The user's changes to the preparation. */
  edited = $state.raw<Partial<Preparation>>({});
  /** The user says that the classes are ImageNet-1k's though the weights do not. */
  claimed = $state(false);
  #worn = $state.raw<{ readonly head: Head; readonly origin: HeadOrigin } | undefined>(undefined);
  #labels = $state.raw<readonly string[] | undefined>(undefined);
  #keeps = new Map<string, readonly string[]>();
  #opening: AbortController | undefined;
  #look: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Ends with the last opening that was begun. */
  #lastOpening: Promise<void> = Promise.resolve();
  #sentFile: File | undefined;
  /** Counts the photos that were asked for. */
  #turn = 0;
  #entered = false;
  /** Of the net that was opened last, or is being opened. */
  #openedHash = '';
  /** The worker has a picture. */
  #hasPicture = false;

  readonly published: Published | undefined = $derived.by(() => publishedFor(this.session.name, this.session.hash));
  readonly preparation: Preparation = $derived.by(() => ({ ...this.usualPreparation, ...this.edited }));
  readonly usualPreparation: Preparation = $derived.by(() => {
    const { input } = this.session.architecture.header;
    const { size: _, ...own } = this.weights?.embedded?.preprocessing ?? { size: 0, ...this.published?.preprocessing };
    return preparationFor(input, own);
  });
  /** A head of the user's own, in the place of the net's: only on the net and the weights that it was taught on. */
  readonly head: Head | undefined = $derived.by(() => {
    const [worn, here] = [this.#worn, this.origin];
    return worn && here && sameOrigin(worn.origin, here) ? worn.head : undefined;
  });
  readonly labels: readonly string[] | undefined = $derived.by(() => {
    if (this.head) return this.head.classes;
    const { graph } = this.session;
    const classes = this.seen?.logits.length ?? graph?.facts.get(graph.outputs[0] ?? '')?.shape.at(-1);
    return classes === imagenetClasses && (this.weights?.imagenet || this.claimed) ? this.#labels : undefined;
  });
  /** What an answer rests on besides the picture; undefined while there is no net to ask. */
  readonly basis: string | undefined = $derived.by(() =>
    this.ready ? JSON.stringify([this.origin, this.preparation, this.head && [...this.head.bias]]) : undefined,
  );
  /** Logits of the answer: the net's, or the own head's. */
  readonly logits: Float32Array | undefined = $derived.by(() => {
    const { seen, head } = this;
    return seen && (head ? this.headAnswer(head, seen) : seen.logits);
  });
  readonly answers: readonly Answer[] = $derived(this.logits ? topAnswers(this.logits, 5) : []);

  constructor(readonly session: Session) {
    this.client = visionHost({
      onEvent: (event) => this.#heard(event),
      onStopped: (why) => this.#stopped(why),
    });
    this.fetching = new WeightsFetch(this.client, (stored) => {
      void this.refreshStored();
      if (this.published?.hubId === stored.hubId) this.use({ kind: 'stored', id: stored.id });
      else session.say(`The weights of ${stored.hubId} are kept in this browser.`);
    });
    this.camera = new Camera(
      this.client,
      () => ({ preparation: this.preparation, paused: this.camera.paused }),
      () => this.#cameraChanged(),
    );
  }

  get weights(): WeightsFacts | undefined {
    return this.#opened?.weights;
  }
  get path(): Path | undefined {
    return this.#opened?.path;
  }
  get #opened(): Opened | undefined {
    if (this.net.kind === 'opening') return this.net.before;
    return this.net.kind === 'open' ? this.net : undefined;
  }
  /** What features and heads belong to: this net with these weights. */
  get origin(): HeadOrigin | undefined {
    const { weights, session } = this;
    return weights && { net: cleanName(session.name), netHash: session.hash, weights: weights.sha256 };
  }
  /** Puts an own head in the place of the net's, or takes it away. */
  wear(head: Head | undefined): void {
    const { origin } = this;
    this.#worn = head && origin && { head, origin };
  }
  /** What an own head makes of an answer; undefined where the features did not come with it. */
  headAnswer(head: Head, { values }: Pick<Look, 'values'>): Float32Array | undefined {
    const features = values.get(this.teach.node ?? '');
    return features?.length === head.features ? headLogits(head, features) : undefined;
  }
  get ready(): boolean {
    return this.net.kind === 'open' && this.net.hash === this.session.hash;
  }

  /** The pane is shown: weights that are here are opened; at the first time, a net that has some. */
  async enter(): Promise<void> {
    const first = !this.#entered;
    this.#entered = true;
    if (first) {
      this.net = { kind: 'opening', what: 'Starting', share: 0 };
      await this.refreshStored();
      // Files that came meanwhile have chosen.
      if (this.choice) return;
      this.net = { kind: 'closed' };
    }
    if (this.net.kind !== 'closed') return;
    const choice = obviousChoice(this.session.architecture, this.published, this.stored);
    if (choice) this.use(choice);
    else if (first) this.useDefault();
  }

  /** Opens the net whose weights ship, as one step that undo takes back. */
  useDefault(): void {
    const { session } = this;
    if (!isEmbeddedNet(session.architecture)) {
      const before = session.name;
      session.open(embeddedNet, embeddedText(), 'Try EfficientNet-Lite0');
      session.say(
        `${before} has no weights here, so EfficientNet-Lite0 was opened, whose weights ship with the page. Undo leads back.`,
      );
    }
    this.use({ kind: 'embedded', url: embeddedUrl() });
  }

  /** Opens the net on the page with these weights. */
  use(choice: WeightsChoice): void {
    this.choice = choice;
    this.net = { kind: 'opening', what: 'Starting', share: 0 };
    this.edited = {};
    this.claimed = false;
    this.#begin();
  }

  /** Waits for what is being opened, or is about to be; true when the net on the page can then be asked. */
  async settled(): Promise<boolean> {
    if (this.#timer !== undefined) this.#begin();
    for (let waitedFor; waitedFor !== this.#lastOpening;) {
      waitedFor = this.#lastOpening;
      await waitedFor;
    }
    return this.ready;
  }

  /** Nodes that a view wants with every answer; none when it goes. */
  keep(owner: string, nodes: readonly string[]): void {
    if (String(this.#keeps.get(owner) ?? []) === String(nodes)) return;
    this.#keeps.set(owner, nodes);
    if (this.choice) this.#reopen();
  }

  /** Follows the session; call while a component is set up. */
  follow(): void {
    $effect(() => {
      const { hash, stale } = this.session;
      if (stale || hash === this.#openedHash) return;
      untrack(() => {
        if (this.#entered && (this.choice || this.net.kind === 'closed')) this.#netChanged();
      });
    });
    $effect(() => {
      void this.preparation;
      if (!this.ready) return;
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
    const turn = ++this.#turn;
    let bitmap: ImageBitmap;
    try {
      bitmap = await decodePhoto(file, name);
    } catch (error) {
      if (turn === this.#turn) this.problem = (error as Error).message;
      return;
    }
    // Another photo was chosen while this one was read.
    if (turn !== this.#turn) {
      bitmap.close();
      return;
    }
    if (this.photo) URL.revokeObjectURL(this.photo.url);
    this.photo = { name, url: URL.createObjectURL(file), width: bitmap.width, height: bitmap.height };
    this.seen = undefined;
    await this.lookAt(bitmap);
  }

  /** Hands a bitmap over to the worker and shows the answer. */
  async lookAt(bitmap: ImageBitmap): Promise<void> {
    const { preparation } = this;
    this.#hasPicture = true;
    // Without a net the worker only remembers the picture; it is asked again when the net is there.
    await this.#answer((calls, ticket) => calls.look(ticket, Comlink.transfer(bitmap, [bitmap]), preparation));
  }

  /** The same picture once more: another net, other preparation, other layers. */
  async again(): Promise<void> {
    if (!this.#hasPicture) return;
    const { preparation } = this;
    await this.#answer((calls, ticket) => calls.again(ticket, preparation));
  }

  async refreshStored(): Promise<void> {
    const outcome = await this.client.call((calls) => calls.listWeights());
    if (outcome.ok) this.stored = outcome.value;
  }

  /** The camera's last picture becomes a photo that every view can ask about again. */
  async hold(video: HTMLVideoElement): Promise<void> {
    this.camera.pause(true);
    video.pause();
    await this.lookAt(await createImageBitmap(video));
  }

  async #answer(ask: (calls: VisionClient['calls'], ticket: number) => Promise<Outcome<Look>>): Promise<void> {
    this.#look?.abort();
    const job = new AbortController();
    this.#look = job;
    this.looking = true;
    const outcome = await this.client.call(ask, { signal: job.signal });
    if (this.#look !== job) return;
    this.looking = false;
    if (outcome.ok) {
      this.problem = undefined;
      this.seen = { ...outcome.value, live: false };
    } else if (outcome.problem.kind !== 'aborted' && this.net.kind === 'open')
      this.problem = sentence(outcome.problem.message);
  }

  /** Another net is on the page: its own weights if they are here. Those of a file are tried, so that what does not fit is listed. */
  #netChanged(): void {
    const { choice, published, session } = this;
    if (choice?.kind === 'file') return this.#reopen();
    const obvious = obviousChoice(session.architecture, published, this.stored);
    if (obvious && JSON.stringify(obvious) !== JSON.stringify(choice)) this.use(obvious);
    else if (obvious || choice?.kind === 'made-up' || (choice && !published)) this.#reopen();
    else this.#close();
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#opening?.abort();
    this.#opening = undefined;
    this.choice = undefined;
    this.seen = undefined;
    this.#openedHash = this.session.hash;
    this.net = { kind: 'closed' };
  }

  #reopen(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#begin(), reopenAfterMs);
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastOpening = this.#open();
  }

  async #open(): Promise<void> {
    const { choice, session } = this;
    if (!choice) return;
    this.#opening?.abort();
    const job = new AbortController();
    this.#opening = job;
    const { name, text, hash } = session;
    this.#openedHash = hash;
    const opened = this.#opened;
    const before = opened && { before: { path: opened.path, weights: opened.weights } };
    this.net = { kind: 'opening', what: 'Starting', share: 0, ...before };
    let weights: WeightsRef;
    try {
      weights = await this.#reference(choice);
    } catch (error) {
      if (this.#opening === job) this.net = { kind: 'failed', text: (error as Error).message };
      return;
    }
    const transfer = weights.kind === 'file' && weights.bytes ? [weights.bytes.buffer] : [];
    const request = { name, text, weights, keep: [...new Set([...this.#keeps.values()].flat())] };
    const outcome = await this.client.call(
      (calls, ticket) => calls.openNet(ticket, Comlink.transfer(request, transfer)),
      {
        signal: job.signal,
        onProgress: (what, share) => {
          if (this.#opening === job) this.net = { kind: 'opening', what, share, ...before };
        },
      },
    );
    if (this.#opening !== job) return;
    // The worker has kept nothing of a file that it could not read.
    if (!outcome.ok) this.#sentFile = undefined;
    if (!outcome.ok) this.net = { kind: 'failed', text: sentence(outcome.problem.message) };
    else if (!outcome.value.fits)
      this.net = { kind: 'mismatch', weights: nameOf(choice), lines: outcome.value.mismatch };
    else {
      this.net = { kind: 'open', hash, path: outcome.value.path, weights: outcome.value.weights };
      if (outcome.value.weights.imagenet) void this.loadLabels();
    }
  }

  async #reference(choice: WeightsChoice): Promise<WeightsRef> {
    if (choice.kind === 'file' && this.#sentFile === choice.file) return { kind: 'file', name: choice.file.name };
    const reference = await weightsReference(choice);
    if (choice.kind === 'file') this.#sentFile = choice.file;
    return reference;
  }

  /** Fetches the names of ImageNet's classes, once. */
  async loadLabels(): Promise<void> {
    if (this.#labels) return;
    const response = await fetch(new URL('models/imagenet-1k-labels.txt', document.baseURI)).catch(() => undefined);
    if (response?.ok) this.#labels = parseLabels(await response.text(), imagenetClasses);
    else
      this.session.say('The names of the classes could not be loaded from this page; reload it to try again.', 'bad');
  }

  #heard(event: VisionEvent): void {
    if (event.event === 'path') {
      if (this.net.kind === 'open') this.net = { ...this.net, path: event.path };
    } else if (event.event === 'frame') this.#frame(event.report);
    else if (event.event === 'camera-failed') this.camera.stop(`The camera was turned off: ${event.message}`);
    else if (event.event === 'gpu-error') this.session.say(sentence(event.message), 'bad');
  }

  #frame(report: FrameReport): void {
    if (this.camera.on && !this.camera.paused) {
      this.seen = { ...report, live: true };
      this.rate = report;
      this.problem = undefined;
    }
    if (report.sequence % countEvery === 0)
      void this.client.calls.objects().then((counts) => (this.objects = counts?.live));
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
    this.#sentFile = undefined;
    this.#hasPicture = false;
    this.photo = undefined;
    this.camera.stop(`The camera was turned off, since the worker that looks at pictures stopped (${why}).`);
    this.net = { kind: 'failed', text: `The worker that looks at pictures stopped (${why}). Open the weights again.` };
  }
}

const nameOf = (choice: WeightsChoice): string => {
  if (choice.kind === 'file') return choice.file.name;
  return choice.kind === 'stored' ? choice.id.replace('--', '/') : `${embeddedNet}.safetensors`;
};

export function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

const states = new WeakMap<Session, TryState>();

/** The session's one state of this pane; it outlives the pane. */
export function tryState(session: Session): TryState {
  let state = states.get(session);
  if (!state) states.set(session, (state = new TryState(session)));
  return state;
}
