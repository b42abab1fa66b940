/// <reference types="vite/client" />
// The net on the page as a file of another program: written and read back in a worker of its own, or run on the GPU, before anybody is offered it.
import { filesHost } from '../../hosts/files.ts';
import { valueOf } from '../../hosts/gpu-client.ts';
import { startWorker } from '../../hosts/trusted-worker.ts';
import type { FileForm, WriteAnswer, WriteRequest } from '../../../workers/export.worker.ts';
import exportUrl from '../../../workers/export.worker.ts?worker&url';

export interface WrittenFile {
  readonly blob: Blob;
  /** What reading it back or running it found, a clause. */
  readonly found: string;
}

/** As the command line holds it: float32 on a GPU adds in another order. */
const mostApart = 1e-3;

export const endings: Readonly<Record<FileForm, string>> = {
  onnx: 'onnx',
  tflite: 'tflite',
  safetensors: 'safetensors',
  js: 'js',
  page: 'html',
};

/** Rejects with Error, whose message is a sentence, or with the signal's reason. */
export async function writeFile(
  request: Omit<WriteRequest, 'labels'>,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (what: string) => void },
): Promise<WrittenFile> {
  const answer = await written(request, signal, onProgress);
  if (answer.kind === 'written') return { blob: new Blob([answer.bytes]), found: answer.found };
  onProgress('Running it on the GPU');
  const { run } = answer;
  const worst = await valueOf(filesHost().call((calls, ticket) => calls.standalone(ticket, run), { signal })).catch(
    (error: unknown) => {
      throw new Error(`It stands alone only in WebGPU, where it could not be run: ${(error as Error).message}`);
    },
  );
  if (!(worst < mostApart))
    throw new Error(`On this GPU it answers ${worst.toExponential(1)} standard deviations off, so it is not offered.`);
  const type = request.form === 'page' ? 'text/html' : 'text/javascript';
  return {
    blob: new Blob([run.text], { type }),
    found: `run on this GPU, largest difference ${worst.toExponential(1)} standard deviations`,
  };
}

type Last = Extract<WriteAnswer, { kind: 'written' | 'to-run' }>;

function written(
  request: Omit<WriteRequest, 'labels'>,
  signal: AbortSignal,
  onProgress: (what: string) => void,
): Promise<Last> {
  const worker = startWorker(exportUrl, 'export');
  return new Promise<Last>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
    worker.onmessage = ({ data }: MessageEvent<WriteAnswer>) => {
      if (data.kind === 'progress') onProgress(data.what);
      else if (data.kind === 'failed') reject(new Error(data.message));
      else resolve(data);
    };
    worker.onerror = () => reject(new Error('The file could not be written: its worker stopped. Try again.'));
    const labels = new URL('models/imagenet-1k-labels.txt', document.baseURI).href;
    worker.postMessage({ ...request, labels } satisfies WriteRequest);
  }).finally(() => worker.terminate());
}
