/// <reference types="vite/client" />
// An ONNX file as onnxruntime-web runs it, beside the CPU reference: an answer of somebody else's to the same made-up input.
import * as Comlink from 'comlink';
import type { WasmCalls } from '../../workers/jobs/vision/wasm-net.ts';
import type { ModelCalls } from '../../workers/model.worker.ts';
import modelUrl from '../../workers/model.worker.ts?worker&url';
import { wasm } from '../hosts/gpu-client.ts';
import { startWorker } from '../hosts/trusted-worker.ts';
import type { OpenFile } from '../state/open-file.ts';

/** Largest difference of any output, in standard deviations. Rejects with Error, whose message is a sentence. */
export async function otherRuntime({ source, companions }: OpenFile): Promise<number> {
  const model = startWorker(modelUrl, 'model');
  const { port1, port2 } = new MessageChannel();
  const runtime = wasm(port2);
  try {
    const calls = Comlink.wrap<ModelCalls>(model);
    await calls.open(source, companions);
    const { name, shape, data } = await calls.question();
    const ort = Comlink.wrap<WasmCalls>(port1);
    const stopped = new Promise<never>((_, reject) => {
      runtime.onerror = () => reject(new Error('ONNX Runtime could not be started.'));
    });
    await Promise.race([stopped, ort.load(new Uint8Array(await source.arrayBuffer()))]);
    return await calls.judge(await Promise.race([stopped, ort.run(name, data, shape)]));
  } finally {
    model.terminate();
    runtime.terminate();
  }
}
