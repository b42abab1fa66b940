// The net on the page with its weights, as the worker that looks at pictures has it: which weights, how far the opening is, what it keeps.
import * as Comlink from 'comlink';
import { untrack } from 'svelte';
import { embeddedNet } from '../../graph/weights/embedded.ts';
import { preparationFor, type Preparation } from '../../graph/pictures/preprocess.ts';
import type { RecognizedNet } from '../../graph/presets/recognize.ts';
import type { VisionClient } from '../../workers/jobs/vision/client.ts';
import type { Path, StoredWeights, VisionEvent, WeightsFacts, WeightsRef } from '../../workers/jobs/vision/protocol.ts';
import type { Session } from '../state/session.svelte.ts';
import { cleanName } from '../parts/file-names.ts';
import type { HeadOrigin } from '../views/try/head-file.ts';
import { visionHost } from '../hosts/vision.ts';
import { WeightsFetch } from './fetch.svelte.ts';
import {
  embeddedText,
  embeddedUrl,
  isEmbeddedNet,
  obviousChoice,
  publishedFor,
  weightsReference,
  type Published,
  type WeightsChoice,
} from './choice.ts';

export type NetStatus =
  /** The net on the page has no weights yet. */
  | { readonly kind: 'closed' }
  /** `before`: what was open with the same weights, when the same net is opened again for other layers. */
  | { readonly kind: 'opening'; readonly what: string; readonly share: number; readonly before?: Opened }
  | ({ readonly kind: 'open'; readonly hash: string } & Opened)
  | {
      readonly kind: 'mismatch';
      readonly weights: string;
      readonly lines: readonly string[];
      /** Nets that the file does fit, the likeliest first. */
      readonly offers: readonly RecognizedNet[];
      /** Names and shapes fit; the values are no numbers. */
      readonly unsound: boolean;
    }
  | { readonly kind: 'failed'; readonly text: string };

interface Opened {
  readonly path: Path;
  readonly weights: WeightsFacts;
}

const reopenAfterMs = 300;

export abstract class OpenNet {
  readonly client: VisionClient;
  readonly fetching: WeightsFetch;
  net = $state.raw<NetStatus>({ kind: 'closed' });
  choice = $state.raw<WeightsChoice | undefined>(undefined);
  stored = $state.raw<readonly StoredWeights[]>([]);
  /** The user's changes to the preparation. */
  edited = $state.raw<Partial<Preparation>>({});
  /** The user says that the classes are ImageNet-1k's though the weights do not. */
  claimed = $state(false);
  #keeps = new Map<string, readonly string[]>();
  #opening: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Ends with the last opening that was begun. */
  #lastOpening: Promise<void> = Promise.resolve();
  #sentFile: File | undefined;
  #entered = false;
  /** Of the net that was opened last, or is being opened. */
  #openedHash = '';

  readonly published: Published | undefined = $derived.by(() => publishedFor(this.session.name, this.session.hash));
  readonly preparation: Preparation = $derived.by(() => ({ ...this.usualPreparation, ...this.edited }));
  readonly usualPreparation: Preparation = $derived.by(() => {
    const { input } = this.session.architecture.header;
    return preparationFor(input, this.weights?.preparation?.preprocessing ?? this.published?.preprocessing);
  });

  constructor(readonly session: Session) {
    this.client = visionHost({
      onEvent: (event) => this.heard(event),
      onStopped: (why) => this.stopped(why),
    });
    this.fetching = new WeightsFetch(this.client, (stored) => {
      void this.refreshStored();
      if (this.published?.hubId === stored.hubId) this.use({ kind: 'stored', id: stored.id });
      else session.say(`The weights of ${stored.hubId} are kept in this browser.`);
    });
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
  get ready(): boolean {
    return this.net.kind === 'open' && this.net.hash === this.session.hash;
  }

  /** The pane is shown: weights that are here are opened; at the first time, a net that has some. */
  async enter(): Promise<void> {
    const first = !this.#entered;
    this.#entered = true;
    // Another view may have chosen already, and then the net is being opened.
    if (first && !this.choice) {
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

  /** Opens a net that the refused file fits, with the file, as one step that undo takes back. */
  openOffered({ name, text }: RecognizedNet): void {
    const { choice } = this;
    this.session.open(name, text);
    if (choice) this.use(choice);
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
  }

  async refreshStored(): Promise<void> {
    const outcome = await this.client.call((calls) => calls.listWeights());
    if (outcome.ok) this.stored = outcome.value;
  }

  /** A net is open with these weights. */
  protected abstract netOpened(weights: WeightsFacts): void;
  /** The net is no longer asked: what it answered is void. */
  protected abstract netClosed(): void;

  protected heard(event: VisionEvent): void {
    if (event.event === 'path' && this.net.kind === 'open') this.net = { ...this.net, path: event.path };
  }

  /** The worker is gone, and with it the net and the file that it was sent. */
  protected stopped(why: string): void {
    this.#sentFile = undefined;
    if (this.net.kind === 'closed') return;
    this.net = { kind: 'failed', text: `The GPU worker stopped (${why}). Open the weights again.` };
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
    this.netClosed();
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
      this.net = {
        kind: 'mismatch',
        weights: nameOf(choice),
        lines: outcome.value.mismatch,
        offers: outcome.value.offers,
        unsound: outcome.value.unsound,
      };
    else {
      this.net = { kind: 'open', hash, path: outcome.value.path, weights: outcome.value.weights };
      this.netOpened(outcome.value.weights);
    }
  }

  async #reference(choice: WeightsChoice): Promise<WeightsRef> {
    if (choice.kind === 'file' && this.#sentFile === choice.file) return { kind: 'file', name: choice.file.name };
    const reference = await weightsReference(choice);
    if (choice.kind === 'file') this.#sentFile = choice.file;
    return reference;
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
