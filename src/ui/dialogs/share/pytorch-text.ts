/// <reference types="vite/client" />
// The net as PyTorch code, written in a worker of its own.
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import type { CodeAnswer } from '../../../workers/code.worker.ts';
import codeUrl from '../../../workers/code.worker.ts?worker&url';
import { startWorker } from '../../hosts/trusted-worker.ts';

/** Rejects with Error, whose message is a sentence. */
export function pytorchText(graph: InferredGraph): Promise<string> {
  const worker = startWorker(codeUrl, 'code');
  return new Promise<string>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<CodeAnswer>) =>
      'code' in data ? resolve(data.code) : reject(new Error(data.problem));
    worker.onerror = () => reject(new Error('The code could not be written: its worker stopped. Open Share again.'));
    worker.postMessage(graph);
  }).finally(() => worker.terminate());
}
