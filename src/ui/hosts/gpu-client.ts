// The page's one client of its one GPU worker: every view's calls go through it.
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { WorkerClient } from '../../workers/border/client.ts';
import type { Outcome } from '../../workers/border/protocol.ts';
import gpuUrl from '../../workers/gpu.worker.ts?worker&url';
import type { GpuEvent } from '../state/engine.svelte.ts';
import wasmWorkerUrl from '../../workers/wasm.worker.ts?worker&url';
import { startWorker } from './trusted-worker.ts';

/** Packing a large net's weights and quantizing them keep the worker from saying that it lives; a real hang is longer. */
const deadAfterMs = 30_000;

type Listener = (event: GpuEvent) => void;

const listeners = new Set<Listener>();
const tell: Listener = (event) => listeners.forEach((listener) => listener(event));

/** The device's state and errors that no call reports. */
export const listenToGpu = (listener: Listener): void => void listeners.add(listener);

/** The worker with onnxruntime-web, which serves `port`. */
export function wasm(port: MessagePort): Worker {
  const worker = startWorker(wasmWorkerUrl, 'wasm');
  worker.postMessage({ wasm: new URL(wasmUrl, location.href).href, port }, [port]);
  return worker;
}

export const gpuClient = new WorkerClient({
  spawn: () => startWorker(gpuUrl, 'gpu'),
  helpers: {
    wasm,
    // Runs the net that looks for faces.
    'wasm-faces': wasm,
    // The same for the net beside the page's own.
    'wasm-second': wasm,
    'wasm-second-faces': wasm,
  },
  deadAfterMs,
  onEvent(event) {
    if (event.event === 'gpu-error') tell(event);
    if (event.event === 'state' && event.state !== 'closed') tell({ ...event, state: event.state });
  },
  onStopped(why) {
    tell({ event: 'state', state: 'recovering', detail: why });
    void returned();
  },
});

let returning: Promise<unknown> | undefined;
/** Nobody may be at work: the page learns all the same whether a worker that was given up has a successor with a device. */
function returned(): Promise<unknown> {
  return (returning ??= gpuClient.open().then((opened) => {
    returning = undefined;
    if (!opened.ok) tell({ event: 'state', state: 'failed', detail: opened.problem.message });
  }));
}

/** The value, or an error with the problem's sentence. */
export async function valueOf<T>(outcome: Promise<Outcome<T>>): Promise<T> {
  const settled = await outcome;
  if (settled.ok) return settled.value;
  throw Object.assign(new Error(settled.problem.message), { kind: settled.problem.kind });
}
