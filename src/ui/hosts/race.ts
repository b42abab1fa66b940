/// <reference types="vite/client" />
// The page's side of the race: the runtimes of others in a worker that is started for one race and ended with it, from files of the page's own origin.
import * as Comlink from 'comlink';
import litertScript from '@litertjs/core/wasm/litert_wasm_internal.js?url';
import litertWasm from '@litertjs/core/wasm/litert_wasm_internal.wasm?url';
import webgpuScript from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import webgpuWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import wasmScript from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { CallHooks } from '../../workers/border/client.ts';
import type { Outcome } from '../../workers/border/protocol.ts';
import type { PeerFiles, RuntimeFiles } from '../../workers/jobs/race/peer.ts';
import type { RaceCalls, RaceResult, RaceSetting } from '../../workers/jobs/race/protocol.ts';
import racerUrl from '../../workers/race.worker.ts?worker&url';
import { gpuClient } from './gpu-client.ts';
import { startWorker } from './trusted-worker.ts';

const files = (script: string, wasm: string): RuntimeFiles => ({
  script: new URL(script, location.href).href,
  wasm: new URL(wasm, location.href).href,
});
const peerFiles: PeerFiles = {
  ortWasm: files(wasmScript, wasmWasm),
  ortWebgpu: files(webgpuScript, webgpuWasm),
  litert: files(litertScript, litertWasm),
};
const job = gpuClient.job<RaceCalls>('race');

/** Never rejects. The worker ends with the race, however it ends. */
export async function race(setting: Omit<RaceSetting, 'files'>, hooks: CallHooks): Promise<Outcome<RaceResult>> {
  const worker = startWorker(racerUrl, 'race');
  const { port1, port2 } = new MessageChannel();
  const died = new Promise<Outcome<never>>((resolve) => {
    worker.onerror = ({ message }) =>
      resolve({
        ok: false,
        problem: { kind: 'stopped', message: message || 'The worker of the race could not be started.' },
      });
  });
  const over = new AbortController();
  try {
    worker.postMessage(port1, [port1]);
    const signal = hooks.signal ? AbortSignal.any([hooks.signal, over.signal]) : over.signal;
    const whole = { ...setting, files: peerFiles };
    return await Promise.race([
      job.call((calls, ticket) => calls.race(ticket, whole, Comlink.transfer(port2, [port2])), { ...hooks, signal }),
      died,
    ]);
  } finally {
    // Where the worker died, the job would wait for it for ever.
    over.abort(new DOMException('The race is over.', 'AbortError'));
    worker.terminate();
  }
}
