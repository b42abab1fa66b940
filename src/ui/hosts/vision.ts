// Starts the worker that looks at pictures, from this page's own files.
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { VisionClient, type VisionClientOptions } from '../../workers/jobs/vision/client.ts';
import { debugWords } from '../../workers/engine/debug.ts';
import workerUrl from '../../workers/vision.worker.ts?worker&url';
import { startWorker } from './trusted-worker.ts';

export const visionHost = (hooks: Pick<VisionClientOptions, 'onEvent' | 'onStopped'>): VisionClient =>
  new VisionClient({
    ...hooks,
    spawn: () => startWorker(workerUrl, 'pictures'),
    start: {
      wasm: new URL(wasmUrl, location.href).href, // Slows every call a little.
      count: debugWords(location.search).split(',').includes('objects'),
    },
  });
