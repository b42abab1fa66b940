/// <reference types="vite/client" />
// Opens a model file in a worker of its own: progress on the way, a sentence where it cannot be opened, its net for the session where it can.
import type { ImportAnswer, ImportRequest } from '../../workers/import.worker.ts';
import importUrl from '../../workers/import.worker.ts?worker&url';
import { sceneOfFile } from '../drawing/file-scene.ts';
import { startWorker } from '../hosts/trusted-worker.ts';
import { cleanName } from '../parts/file-names.ts';
import type { OpenFile } from '../state/open-file.ts';

/** The largest files that are read take a fraction of it; what takes longer was built to. */
const deadlineMs = 60_000;
/** Proving that it is a published net runs both on the CPU. */
const proofMs = 300_000;

export interface OpeningHooks {
  readonly signal: AbortSignal;
  readonly onProgress: (what: string, share: number) => void;
}

/** Rejects with Error, whose message is a sentence about the file, or with the signal's reason. */
export function openModelFile(request: ImportRequest, { signal, onProgress }: OpeningHooks): Promise<OpenFile> {
  const name = `"${cleanName(request.file.name)}"`;
  const worker = startWorker(importUrl, 'import');
  return new Promise<OpenFile>((resolve, reject) => {
    let timer = setTimeout(
      () => fail(`${name} took longer than a minute to read, so reading it was given up.`),
      deadlineMs,
    );
    const end = (): void => {
      clearTimeout(timer);
      worker.terminate();
    };
    const fail = (sentence: string): void => {
      end();
      reject(new Error(sentence));
    };
    signal.addEventListener('abort', () => {
      end();
      reject(signal.reason as Error);
    });
    let told: (found: Awaited<OpenFile['notation']>) => void = () => undefined;
    const notation = new Promise<Awaited<OpenFile['notation']>>((resolved) => {
      told = (found) => {
        end();
        resolved(found);
      };
    });
    worker.onerror = () => {
      told(undefined);
      fail(`${name} could not be opened: its reader stopped. Try again.`);
    };
    worker.onmessage = ({ data }: MessageEvent<ImportAnswer>) => {
      if (data.kind === 'progress') onProgress(data.what, data.share);
      else if (data.kind === 'failed') {
        told(undefined);
        fail(`${name} cannot be opened. ${data.message.charAt(0).toUpperCase()}${data.message.slice(1)}`);
      } else if (data.kind === 'notation')
        told(data.found && { ...data.found, weights: new File([data.found.weights], request.file.name) });
      else {
        clearTimeout(timer);
        timer = setTimeout(() => told(undefined), proofMs);
        const { net, sha256, weights } = data;
        const { architecture, graph, file } = net;
        if (!file) return fail(`${name} is no model file.`);
        resolve({
          hash: sha256.slice(0, 16),
          architecture,
          graph,
          facts: file,
          source: request.file,
          companions: request.companions,
          weights: weights && new File([weights], request.file.name),
          scene: graph ? undefined : sceneOfFile(architecture, file),
          notation,
        });
      }
    };
    worker.postMessage(request);
  });
}
