// Every layer of the GPU against the CPU reference, on the picture that is on the screen; the first one outside its bound is selected.
import { judgeLayers, type CheckedLayer } from '../../../hosts/judge.ts';
import type { OpenNet } from '../../../weights/open-net.svelte.ts';

export type CheckStatus =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly what: string; readonly share: number }
  | { readonly kind: 'done'; readonly hash: string; readonly first: string | undefined }
  | { readonly kind: 'failed'; readonly text: string };

export class Check {
  status = $state.raw<CheckStatus>({ kind: 'idle' });
  layers = $state.raw<readonly CheckedLayer[]>([]);
  #job: AbortController | undefined;

  constructor(private readonly net: OpenNet) {}

  /** Checks the net that is open. Ends by itself; {@link cancel} ends it sooner. */
  async run(): Promise<void> {
    this.cancel();
    const { net } = this;
    // The view that was left took its layers along: the net is being opened without them.
    if (!(await net.settled())) return;
    const { hash } = net.session;
    const { signal } = (this.#job = new AbortController());
    this.layers = [];
    this.status = { kind: 'running', what: 'Starting', share: 0 };
    const { preparation } = net;
    try {
      await judgeLayers(
        (port, hooks) => net.client.call((calls, ticket) => calls.verify(ticket, preparation, port), hooks),
        {
          signal,
          onProgress: (what, share) => {
            if (!signal.aborted) this.status = { kind: 'running', what, share };
          },
          onLayer: (layer) => {
            if (!signal.aborted) this.layers = [...this.layers, layer];
          },
        },
      );
      if (signal.aborted) return;
      const first = this.layers.find(({ passed }) => !passed)?.node;
      this.status = { kind: 'done', hash, first };
      if (first !== undefined) net.session.selectNode(first);
    } catch (error) {
      if (!signal.aborted) this.status = { kind: 'failed', text: (error as Error).message };
    }
  }

  cancel(): void {
    this.#job?.abort();
    this.#job = undefined;
    if (this.status.kind === 'running') this.status = { kind: 'idle' };
  }
}
