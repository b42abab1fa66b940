/// <reference types="vite/client" />
// Every layer that a GPU job computes, judged by the CPU reference in a worker of its own, which ends with the judgement.
import * as Comlink from 'comlink';
import type { CallHooks } from '../../workers/border/client.ts';
import type { Outcome } from '../../workers/border/protocol.ts';
import type { ReferenceReport } from '../../workers/engine/reference-job.ts';
import referenceUrl from '../../workers/reference.worker.ts?worker&url';
import { startWorker } from './trusted-worker.ts';

export interface CheckedLayer {
  readonly node: string;
  /** In standard deviations of the expected values. */
  readonly difference: number;
  readonly passed: boolean;
}

export interface JudgeHooks {
  readonly signal: AbortSignal;
  readonly onProgress: (what: string, share: number) => void;
  readonly onLayer: (layer: CheckedLayer) => void;
}

/** The GPU's part takes about this share of the whole. */
const gpuShare = 0.25;

/** `ask` has a job run the layers and send what the reference needs through the port. Rejects with Error, a sentence, or the signal's reason. */
export async function judgeLayers(
  ask: (port: MessagePort, hooks: CallHooks) => Promise<Outcome<number>>,
  { signal, onProgress, onLayer }: JudgeHooks,
): Promise<void> {
  const worker = startWorker(referenceUrl, 'reference');
  try {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage(port1, [port1]);
    const judged = new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      worker.onmessage = ({ data }: MessageEvent<ReferenceReport>) => {
        if (data.kind === 'done') return resolve();
        if (data.kind === 'failed') return reject(new Error(data.message));
        const { node, share, difference, passed } = data;
        if (difference !== undefined) onLayer({ node, difference, passed: passed ?? false });
        onProgress(`Reference: ${node}`, gpuShare + (1 - gpuShare) * share);
      };
      worker.onerror = (event) => reject(new Error(event.message || 'The reference worker could not be started.'));
    });
    // Whoever waits for the GPU first hears of it below.
    judged.catch(() => undefined);
    const outcome = await ask(Comlink.transfer(port2, [port2]), {
      signal,
      onProgress: (what, share) => onProgress(what, share * gpuShare),
    });
    if (!outcome.ok) throw new Error(outcome.problem.message);
    await judged;
  } finally {
    worker.terminate();
  }
}
