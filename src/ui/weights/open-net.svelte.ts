// The net on the page with its weights, as the worker that looks at pictures has it: which weights, how far the opening is, what it keeps.
import * as Comlink from 'comlink';
import { untrack } from 'svelte';
import { preparationFor, type Preparation } from '../../graph/pictures/preprocess.ts';
import type { RecognizedNet } from '../../graph/presets/recognize.ts';
import type { JobListener } from '../../workers/border/client.ts';
import type { VisionClient } from '../../workers/jobs/vision/client.ts';
import type { Path, VisionEvent, Way, WeightsFacts, WeightsRef } from '../../workers/jobs/vision/protocol.ts';
import { given } from '../state/built-net.ts';
import type { Session } from '../state/session.svelte.ts';
import { cleanName } from '../parts/file-names.ts';
import { sentence } from '../parts/sentence.ts';
import { isOfAnother, nameOf, weightsReference } from './choice.ts';
import type { WeightsChoice } from './choice.ts';
import { givesWay, openDefaultNet } from './default-net.ts';
import type { Fallback, NetListener, NetOrigin, NetStatus, Opened, Refused } from './net-status.ts';
import { missing, refusal } from './refusal.ts';
import { storedWay, storeWay } from './way-choice.ts';
import { Weights } from './weights.svelte.ts';

const reopenAfterMs = 300;

export class OpenNet {
  readonly client: VisionClient;
  readonly weights: Weights;
  listener: NetListener | undefined;
  status = $state.raw<NetStatus>({ kind: 'closed' });
  /** The user's changes to the preparation. */
  edited = $state.raw<Partial<Preparation>>({});
  /** The user says that the classes are ImageNet-1k's though the weights do not. */
  claimed = $state(false);
  /** Weights that were not taken, while those before them are still open. */
  refused = $state.raw<Refused | undefined>(undefined);
  /** What was open before the weights that are being opened. */
  #fallback: Fallback | undefined;
  #keeps = new Map<string, readonly string[]>();
  #opening: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Ends with the last opening that was begun. */
  #lastOpening: Promise<void> = Promise.resolve();
  #sentFile: File | undefined;
  #entered = false;
  /** Of the net that was opened last, or is being opened. */
  #openedHash = '';

  readonly preparation: Preparation = $derived.by(() => ({ ...this.usualPreparation, ...this.edited }));
  readonly usualPreparation: Preparation = $derived.by(() =>
    preparationFor(this.session.architecture.header.input, this.weights.preprocessing(this.loaded)),
  );

  constructor(
    readonly session: Session,
    host: (listener: JobListener<VisionEvent>) => VisionClient,
  ) {
    this.client = host({
      onEvent: (event) => this.#receive(event),
      onStopped: (why) => this.#stopped(why),
    });
    this.weights = new Weights(session, this.client, (stored) => {
      if (this.weights.published?.hubId === stored.hubId) this.use({ kind: 'stored', id: stored.id });
      else session.say(`The weights of ${stored.hubId} are kept in this browser.`);
    });
  }

  /** The weights that answer. */
  get loaded(): WeightsFacts | undefined {
    return this.#opened?.weights;
  }
  get path(): Path | undefined {
    return this.#opened?.path;
  }
  get #opened(): Opened | undefined {
    if (this.status.kind === 'opening') return this.status.before;
    return this.status.kind === 'open' ? this.status : undefined;
  }
  get origin(): NetOrigin | undefined {
    const { loaded, session } = this;
    return loaded && { net: cleanName(session.name), netHash: session.hash, weights: loaded.sha256 };
  }
  /** Why there is no net to ask; undefined while there is one, or will be. */
  get missing(): string | undefined {
    const { status, session } = this;
    return missing(status, session.name, session.file !== undefined && !session.net);
  }
  get ready(): boolean {
    return this.status.kind === 'open' && this.answers;
  }
  /** What answers is the net on the page, though it may be opened anew at the moment. */
  get answers(): boolean {
    return this.#opened?.hash === this.session.hash;
  }

  /** The pane is shown: weights that are here are opened; at the first time, a net that has some. */
  async enter(): Promise<void> {
    const first = !this.#entered;
    this.#entered = true;
    // Another view may have chosen already, and then the net is being opened.
    if (first && !this.weights.choice) {
      this.status = { kind: 'opening', what: 'Starting', share: 0 };
      await this.weights.refresh();
      // Files that came meanwhile have chosen.
      if (this.weights.choice) return;
      this.status = { kind: 'closed' };
    }
    if (this.status.kind !== 'closed') return;
    if (this.weights.obvious) this.use(this.weights.obvious);
    else if (first && !this.session.file && !this.weights.purpose && (await givesWay(this.session))) this.useDefault();
  }

  /** Opens the classifier whose weights ship. */
  useDefault(): void {
    const choice = openDefaultNet(this.session);
    if (choice) this.use(choice);
  }

  /** Opens the net on the page with these weights; those that are open stay so when these do not fit. */
  use(choice: WeightsChoice): void {
    const { status, weights, edited, claimed } = this;
    this.refused = undefined;
    this.#fallback =
      this.ready && status.kind === 'open' && weights.choice
        ? { choice: weights.choice, status, edited, claimed }
        : undefined;
    weights.choice = choice;
    this.status = { kind: 'opening', what: 'Starting', share: 0 };
    this.edited = {};
    this.claimed = false;
    this.#begin();
  }

  /** Runs this net and later ones in WebGPU or in WebAssembly; kept from visit to visit. */
  useWay(way: Way): void {
    storeWay(way);
    if (this.weights.choice) this.#begin();
  }

  /** Opens a net that refused weights fit, with these weights, as one step that undo takes back. */
  openOffered({ name, text }: RecognizedNet, choice: WeightsChoice): void {
    this.session.open(name, text);
    this.use(choice);
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
    const before = String(this.#wanted());
    this.#keeps.set(owner, nodes);
    if (this.weights.choice && String(this.#wanted()) !== before) this.#reopen();
  }
  /** Those of the net on the page, in its order, besides its answer: a view may still speak of the net before. */
  #wanted(): readonly string[] {
    const { nodes = [], outputs = [] } = this.session.graph ?? {};
    const kept = new Set([...this.#keeps.values()].flat());
    return nodes.flatMap(({ id }) => (kept.has(id) && !outputs.includes(id) ? [id] : []));
  }

  /** Follows the session; call while a component is set up. */
  follow(): void {
    // Opening takes time and a worker, so it is begun and not derived.
    $effect(() => {
      const { hash, stale } = this.session;
      if (stale || hash === this.#openedHash) return;
      untrack(() => {
        if (this.#entered && (this.weights.choice || this.status.kind === 'closed')) this.#netChanged();
      });
    });
  }

  #receive(event: VisionEvent): void {
    if (event.event !== 'path') this.listener?.event(event);
    else if (this.status.kind === 'open') this.status = { ...this.status, path: event.path };
  }

  /** The worker is gone, and with it the net and the file that it was sent. */
  #stopped(why: string): void {
    this.#sentFile = undefined;
    this.listener?.stopped(why);
    if (this.status.kind === 'closed') return;
    this.status = { kind: 'failed', text: `The GPU worker stopped (${why}). Open the weights again.` };
  }

  /** Another net is on the page: its own weights if they are here. Those of a file are tried, so that what does not fit is listed. */
  #netChanged(): void {
    const { choice, published, obvious } = this.weights;
    this.refused = this.#fallback = undefined;
    const isOwn = this.session.file !== undefined || !this.session.net || isOfAnother(choice, this.session.name);
    if (isOwn) return obvious ? this.use(obvious) : this.#close();
    const refused = this.status.kind === 'mismatch' && obvious !== undefined;
    if (choice?.kind === 'file' && !refused) return this.#reopen();
    if (obvious && JSON.stringify(obvious) !== JSON.stringify(choice)) this.use(obvious);
    else if (obvious || choice?.kind === 'made-up' || (choice && !published)) this.#reopen();
    else this.#close();
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#opening?.abort();
    this.#opening = undefined;
    this.weights.choice = undefined;
    this.listener?.closed();
    this.#openedHash = this.session.hash;
    this.status = { kind: 'closed' };
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
    const { session } = this;
    const { choice, finder } = this.weights;
    if (!choice || !session.net) return;
    if (this.#openedHash !== session.hash) this.listener?.closed();
    this.#opening?.abort();
    const job = (this.#opening = new AbortController());
    const hash = (this.#openedHash = session.hash);
    const opened = this.#opened;
    const before = opened && { before: { path: opened.path, weights: opened.weights, hash: opened.hash } };
    this.status = { kind: 'opening', what: 'Starting', share: 0, ...before };
    let weights: WeightsRef;
    try {
      weights = await this.#reference(choice);
    } catch (error) {
      if (this.#opening === job) this.status = { kind: 'failed', text: (error as Error).message };
      return;
    }
    const transfer = weights.kind === 'file' && weights.bytes ? [weights.bytes.buffer] : [];
    const request = { net: given(session.net), weights, keep: this.#wanted(), way: storedWay(), ...finder };
    const outcome = await this.client.call(
      (calls, ticket) => calls.openNet(ticket, Comlink.transfer(request, transfer)),
      {
        signal: job.signal,
        onProgress: (what, share) => {
          if (this.#opening === job) this.status = { kind: 'opening', what, share, ...before };
        },
      },
    );
    if (this.#opening !== job) return;
    // The worker has kept nothing of a file that it could not read.
    if (!outcome.ok) this.#sentFile = undefined;
    const fallback = this.#fallback;
    this.#fallback = undefined;
    if (!outcome.ok) this.#refuse(fallback, { kind: 'failed', text: sentence(outcome.problem.message) });
    else if (!outcome.value.fits) {
      const { mismatch: lines, offers, unsound } = outcome.value;
      this.#refuse(fallback, { kind: 'mismatch', choice, weights: nameOf(choice), lines, offers, unsound });
    } else {
      this.status = { kind: 'open', hash, path: outcome.value.path, weights: outcome.value.weights };
      this.listener?.opened(outcome.value.weights);
    }
  }

  /** The worker has left what was open as it was. */
  #refuse(fallback: Fallback | undefined, refused: Refused): void {
    if (fallback?.status.hash !== this.session.hash) return void (this.status = refused);
    this.weights.choice = fallback.choice;
    ({ status: this.status, edited: this.edited, claimed: this.claimed } = fallback);
    this.refused = refused;
    this.session.say(
      refused.kind === 'failed'
        ? refused.text
        : `${refusal(refused, this.session.name)} The weights before it stay (see Weights).`,
      'bad',
    );
  }

  async #reference(choice: WeightsChoice): Promise<WeightsRef> {
    const reference = await weightsReference(choice, this.#sentFile);
    if (choice.kind === 'file') this.#sentFile = choice.file;
    return reference;
  }
}
