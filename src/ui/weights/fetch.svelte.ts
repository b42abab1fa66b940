// Published weights on the user's click: first what they are, then the file, with progress, cancel and going on where it stopped.
import type { PublishedFile } from '../../workers/weights/hub.ts';
import type { VisionClient } from '../../workers/jobs/vision/client.ts';
import type { StoredWeights } from '../../workers/jobs/vision/protocol.ts';
import { weightHosts } from '../page-policy.ts';

export type FetchStatus =
  | { readonly kind: 'idle' }
  | { readonly kind: 'asking'; readonly hubId: string }
  /** The hub has said what the file is; nothing large has been fetched. */
  | { readonly kind: 'offered'; readonly file: PublishedFile }
  | { readonly kind: 'fetching'; readonly file: PublishedFile; readonly bytes: number }
  /** Cancelled or broken off; what arrived is kept. */
  | { readonly kind: 'stopped'; readonly file?: PublishedFile; readonly hubId: string; readonly text: string };

export class WeightsFetch {
  status = $state.raw<FetchStatus>({ kind: 'idle' });
  #job: AbortController | undefined;

  constructor(
    private readonly client: VisionClient,
    private readonly done: (stored: StoredWeights) => void,
  ) {}

  /** Asks the hub about a checkpoint: one small request. */
  async ask(hubId: string): Promise<void> {
    const job = this.#begin();
    this.status = { kind: 'asking', hubId };
    const outcome = await this.client.call((calls, ticket) => calls.lookUp(ticket, weightHosts[0], hubId), {
      signal: job.signal,
    });
    if (this.#job !== job) return;
    this.status = outcome.ok
      ? { kind: 'offered', file: outcome.value }
      : { kind: 'stopped', hubId, text: outcome.problem.message };
  }

  /** Fetches the file that was offered, or the rest of it. */
  async fetch(file: PublishedFile): Promise<void> {
    const job = this.#begin();
    this.status = { kind: 'fetching', file, bytes: 0 };
    // So that the browser does not clear them away when the disk fills up; a refusal only means that it may.
    void navigator.storage?.persist?.().catch(() => false);
    const outcome = await this.client.call((calls, ticket) => calls.fetchWeights(ticket, file), {
      signal: job.signal,
      onProgress: (_, share) => {
        if (this.#job === job) this.status = { kind: 'fetching', file, bytes: Math.round(share * file.bytes) };
      },
    });
    if (this.#job !== job) return;
    if (outcome.ok) {
      this.status = { kind: 'idle' };
      this.done(outcome.value);
    } else if (job.signal.aborted)
      this.status = { kind: 'stopped', file, hubId: file.hubId, text: 'Stopped. What has arrived is kept.' };
    else this.status = { kind: 'stopped', file, hubId: file.hubId, text: outcome.problem.message };
  }

  cancel(): void {
    this.#job?.abort();
    if (this.status.kind === 'asking' || this.status.kind === 'offered') this.status = { kind: 'idle' };
  }

  #begin(): AbortController {
    this.#job?.abort();
    return (this.#job = new AbortController());
  }
}
