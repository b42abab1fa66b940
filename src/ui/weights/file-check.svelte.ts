// A model file's net, checked by itself: once it has run for the first time, WebGPU is compared with the CPU reference layer by layer.
import { filesHost } from '../hosts/files.ts';
import { judgeLayers, type CheckedLayer } from '../hosts/judge.ts';
import { given, type BuiltNet } from '../state/built-net.ts';
import { perSession } from '../state/per-session.svelte.ts';
import { weightsReference } from './choice.ts';

export type FileCheckStatus =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'running'; readonly what: string; readonly share: number }
  /** `first`: the first layer outside its bound. */
  | { readonly kind: 'done'; readonly layers: number; readonly worst: number; readonly first?: CheckedLayer }
  | { readonly kind: 'failed'; readonly text: string };

/** A net is checked once for the life of the page. */
export class FileChecks {
  #found = $state.raw<ReadonlyMap<string, FileCheckStatus>>(new Map());
  #running: { readonly hash: string; readonly job: AbortController } | undefined;

  of(hash: string): FileCheckStatus {
    return this.#found.get(hash) ?? { kind: 'waiting' };
  }

  /** Checks a net unless it is or was; the check of another one is given up, and begun anew when that is back. */
  async run(net: BuiltNet): Promise<void> {
    const { hash, file } = net;
    if (!file?.weights || this.of(hash).kind !== 'waiting') return;
    this.leave();
    const job = new AbortController();
    const { signal } = job;
    this.#running = { hash, job };
    let worst = 0;
    let layers = 0;
    let first: CheckedLayer | undefined;
    this.#tell(hash, { kind: 'running', what: 'Starting', share: 0 });
    try {
      const weights = await weightsReference({ kind: 'file', file: file.weights });
      await judgeLayers(
        (port, hooks) =>
          filesHost().call((calls, ticket) => calls.layers(ticket, { net: given(net), weights }, port), hooks),
        {
          signal,
          onProgress: (what, share) => {
            if (!signal.aborted) this.#tell(hash, { kind: 'running', what, share });
          },
          onLayer: (layer) => {
            layers++;
            worst = Math.max(worst, layer.difference);
            if (!layer.passed) first ??= layer;
          },
        },
      );
      if (!signal.aborted) this.#tell(hash, { kind: 'done', layers, worst, ...(first && { first }) });
    } catch (error) {
      if (!signal.aborted) this.#tell(hash, { kind: 'failed', text: (error as Error).message });
    }
  }

  /** Another net is on the page. */
  leave(): void {
    if (!this.#running) return;
    const { hash, job } = this.#running;
    this.#running = undefined;
    job.abort();
    if (this.of(hash).kind === 'running') this.#tell(hash, { kind: 'waiting' });
  }

  #tell(hash: string, status: FileCheckStatus): void {
    this.#found = new Map(this.#found).set(hash, status);
  }
}

export const fileChecksOf = perSession(() => new FileChecks());
