// Every layer of the GPU against the CPU reference, on the picture that is on the screen; the first one outside its bound is selected.
import type { ReferenceReport } from '../../../../workers/jobs/vision/protocol.ts';
import referenceUrl from '../../../../workers/reference.worker.ts?worker&url';
import type { OpenNet } from '../../../weights/open-net.svelte.ts';
import { startWorker } from '../../../hosts/trusted-worker.ts';

export interface CheckedLayer {
  readonly node: string;
  /** In standard deviations of the expected values. */
  readonly difference: number;
  readonly passed: boolean;
}

export type CheckStatus =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly what: string; readonly share: number }
  | { readonly kind: 'done'; readonly hash: string; readonly first: string | undefined }
  | { readonly kind: 'failed'; readonly text: string };

/** The GPU's part takes about this share of the whole. */
const gpuShare = 0.25;

export class Check {
  status = $state.raw<CheckStatus>({ kind: 'idle' });
  layers = $state.raw<readonly CheckedLayer[]>([]);
  #stop: (() => void) | undefined;

  constructor(private readonly net: OpenNet) {}

  /** Checks the net that is open. Ends by itself; {@link cancel} ends it sooner. */
  async run(): Promise<void> {
    this.cancel();
    const { net } = this;
    // The view that was left took its layers along: the net is being opened without them.
    if (!(await net.settled())) return;
    const { hash } = net.session;
    const controller = new AbortController();
    const worker = startWorker(referenceUrl, 'reference');
    this.#stop = () => {
      controller.abort();
      worker.terminate();
    };
    const current = (): boolean => !controller.signal.aborted;
    this.layers = [];
    this.status = { kind: 'running', what: 'Starting', share: 0 };
    const { port1, port2 } = new MessageChannel();
    worker.postMessage(port1, [port1]);
    const judged = new Promise<ReferenceReport>((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<ReferenceReport>) => {
        if (!current()) return;
        if (data.kind === 'node') this.#node(data);
        else resolve(data);
      };
      worker.onerror = (event) =>
        resolve({ kind: 'failed', message: event.message || 'the reference worker could not be started' });
    });
    const Comlink = await import('comlink');
    const { preparation } = net;
    const outcome = await net.client.call(
      (calls, ticket) => calls.verify(ticket, preparation, Comlink.transfer(port2, [port2])),
      {
        signal: controller.signal,
        onProgress: (what, share) => {
          if (current()) this.status = { kind: 'running', what, share: share * gpuShare };
        },
      },
    );
    if (!current()) return;
    if (!outcome.ok) this.status = { kind: 'failed', text: outcome.problem.message };
    else {
      const end = await judged;
      if (!current()) return;
      const first = this.layers.find(({ passed }) => !passed)?.node;
      this.status = end.kind === 'failed' ? { kind: 'failed', text: end.message } : { kind: 'done', hash, first };
      if (first !== undefined) net.session.selectNode(first);
    }
    worker.terminate();
  }

  cancel(): void {
    this.#stop?.();
    this.#stop = undefined;
    if (this.status.kind === 'running') this.status = { kind: 'idle' };
  }

  #node({ node, share, difference, passed }: Extract<ReferenceReport, { kind: 'node' }>): void {
    this.status = { kind: 'running', what: `Reference: ${node}`, share: gpuShare + (1 - gpuShare) * share };
    if (difference !== undefined) this.layers = [...this.layers, { node, difference, passed: passed ?? false }];
  }
}
