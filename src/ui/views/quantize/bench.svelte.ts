// The worker's bench: the net, its weights and the pictures that lie there, and the one job that is done with them.
import * as Comlink from 'comlink';
import type { CallHooks } from '../../../workers/border/client.ts';
import type { Outcome } from '../../../workers/border/protocol.ts';
import type { BenchLayer, BenchPath } from '../../../workers/jobs/quantize/protocol.ts';
import type { WeightsFacts } from '../../../workers/weights/protocol.ts';
import { quantizeHost, type QuantizeClient } from '../../hosts/quantize.ts';
import { sentence } from '../../parts/sentence.ts';
import { PictureSet } from '../../pictures/picture-set.svelte.ts';
import type { Session } from '../../state/session.svelte.ts';
import { weightsReference, type WeightsChoice } from '../../weights/choice.ts';
import type { Weights } from '../../weights/weights.svelte.ts';

/** A finding and what it holds for: it is shown only while its key is the current one. */
export interface Found<T> {
  readonly key: string;
  readonly value: T;
}
export const current = <T>(found: Found<T> | undefined, key: string): T | undefined =>
  found?.key === key ? found.value : undefined;

interface Progress {
  readonly what: string;
  readonly share: number;
}

interface Opened {
  readonly path: BenchPath;
  readonly weights: WeightsFacts;
  readonly layers: readonly BenchLayer[];
}

type JobHooks = Required<Pick<CallHooks, 'signal' | 'onProgress'>>;
export type Ask<T> = (calls: QuantizeClient['calls'], ticket: number) => Promise<Outcome<T>>;

export class Bench {
  readonly client: QuantizeClient;
  readonly pictures = new PictureSet();
  job = $state.raw<Progress | undefined>(undefined);
  /** Why the last job gave nothing. */
  problem = $state.raw<string | undefined>(undefined);
  #opened = $state.raw<Found<Opened> | undefined>(undefined);
  #mismatch = $state.raw<Found<readonly string[]> | undefined>(undefined);
  /** {@link key} of the pictures that the worker has. */
  #sent = '';
  #running: AbortController | undefined;

  readonly #netKey: string = $derived.by(() => `${this.session.hash} ${this.choice ? keyOf(this.choice) : ''}`);
  /** Of the net, its weights and the pictures. */
  readonly key: string = $derived(`${this.#netKey} ${this.pictures.version}`);

  constructor(
    private readonly session: Session,
    private readonly weights: Weights,
    /** The worker is gone, and with it all that it held. */
    onStopped: () => void,
  ) {
    this.client = quantizeHost({
      onStopped: () => {
        this.#opened = undefined;
        this.#sent = '';
        onStopped();
      },
    });
    void weights.refresh();
  }

  get choice(): WeightsChoice | undefined {
    return this.weights.effective;
  }
  get opened(): Opened | undefined {
    return current(this.#opened, this.#netKey);
  }
  get mismatch(): readonly string[] | undefined {
    return current(this.#mismatch, this.#netKey);
  }
  /** The net has weights, as far as is known. */
  get ready(): boolean {
    return this.choice !== undefined && this.mismatch === undefined;
  }

  cancel(): void {
    this.#running?.abort(new DOMException('Cancelled.', 'AbortError'));
    this.#running = undefined;
    this.job = undefined;
  }

  /** One job at a time: a new one stops the one before. */
  async run(work: (hooks: JobHooks) => Promise<void>): Promise<void> {
    this.cancel();
    const running = new AbortController();
    this.#running = running;
    this.problem = undefined;
    this.job = { what: 'Starting', share: 0 };
    try {
      await work({
        signal: running.signal,
        onProgress: (what, share) => {
          if (this.#running === running) this.job = { what, share };
        },
      });
    } catch (error) {
      if (!running.signal.aborted && this.#running === running) this.problem = sentence(error);
    } finally {
      if (this.#running === running) {
        this.#running = undefined;
        this.job = undefined;
      }
    }
  }

  /** A question about the net and the pictures that the page has now. */
  async ask<T>(work: Ask<T>, hooks: JobHooks): Promise<T> {
    await this.#open(hooks);
    const { key } = this;
    if (this.#sent !== key) {
      hooks.onProgress('Reading pictures', 0);
      const bitmaps = await this.pictures.decode(hooks.signal);
      await this.call((calls, ticket) => calls.pictures(ticket, Comlink.transfer(bitmaps, bitmaps)), hooks);
      this.#sent = key;
    }
    return this.call(work, hooks);
  }

  async call<T>(work: Ask<T>, hooks: JobHooks): Promise<T> {
    const outcome = await this.client.call(work, hooks);
    hooks.signal.throwIfAborted();
    if (outcome.ok) return outcome.value;
    throw new Error(outcome.problem.message);
  }

  async #open(hooks: JobHooks): Promise<void> {
    const { choice, session } = this;
    const key = this.#netKey;
    if (!choice) throw new Error(`${session.name} has no weights here; load some first.`);
    if (this.#opened?.key === key) return;
    const { hash, name, text } = session;
    const preprocessing = this.weights.published?.preprocessing ?? {};
    const request = { hash, name, text, weights: await weightsReference(choice), preprocessing };
    this.#sent = '';
    const opened = await this.call((calls, ticket) => calls.open(ticket, request), hooks);
    if (opened.fits) {
      this.#opened = { key, value: opened };
      return;
    }
    this.#opened = undefined;
    this.#mismatch = { key, value: opened.mismatch };
    throw new Error(`These weights are of another net than ${name}.`);
  }
}

const keyOf = (choice: WeightsChoice): string =>
  choice.kind === 'file'
    ? `file ${choice.file.name} ${choice.file.size} ${choice.file.lastModified}`
    : JSON.stringify(choice);
