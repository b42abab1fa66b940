// The page of `npm run bench:peers`: races run in the worker that the app's own view runs them in.
import * as Comlink from 'comlink';
import { resolvePreset } from '../../src/graph/presets/resolve.ts';
import type { PeerFiles, RuntimeFiles } from '../../src/workers/jobs/race/peer.ts';
import type { RaceResult, RaceSetting, RacerCalls } from '../../src/workers/jobs/race/protocol.ts';
import { raceTraining } from './training/race.ts';

const files = (path: string, extension: string): RuntimeFiles => ({
  script: new URL(`${path}.${extension}`, location.href).href,
  wasm: new URL(`${path}.wasm`, location.href).href,
});
/** This page is isolated, so that the peers on the CPU have threads. */
const peerFiles: PeerFiles = {
  ortWasm: files('ort/ort-wasm-simd-threaded', 'mjs'),
  ortWebgpu: files('ort/ort-wasm-simd-threaded.asyncify', 'mjs'),
  litert: files('litert/litert_wasm_threaded_internal', 'js'),
};

/** Throws Error where no preset has that name. */
async function race({ net, ...setting }: Omit<RaceSetting, 'net' | 'files'> & { net: string }): Promise<RaceResult> {
  const preset = resolvePreset(net);
  if ('problem' in preset) throw new Error(preset.problem);
  const worker = new Worker('/racer.js', { type: 'module' });
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(port1, [port1]);
  const died = new Promise<never>((_, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message || 'the worker of the race could not be started'));
  });
  const calls = Comlink.wrap<RacerCalls>(port2);
  const whole: RaceSetting = { ...setting, net: { name: net, text: preset.text }, files: peerFiles };
  try {
    return await Promise.race([
      calls.race(
        whole,
        Comlink.proxy(() => undefined),
      ),
      died,
    ]);
  } finally {
    worker.terminate();
  }
}

Object.assign(globalThis, { race, raceTraining });
