// Entry of the worker that runs ONNX nets in onnxruntime-web's WebAssembly: a run holds its thread, so it has one of its own.
import * as Comlink from 'comlink';
import type * as Ort from 'onnxruntime-web/wasm';
import { fetchKept } from './weights/kept-file.ts';
import type { WasmCalls } from './jobs/vision/wasm-net.ts';

/** The page hands over the address of the runtime's .wasm file and the port to serve. */
export interface WasmStart {
  readonly wasm: string;
  readonly port: MessagePort;
}

async function binaryOf(url: string): Promise<ArrayBuffer> {
  const response = await fetchKept(url);
  if (!response.ok) throw new Error(`onnxruntime-web could not be loaded from this page (${response.status}).`);
  return response.arrayBuffer();
}

function serve({ wasm, port }: WasmStart): void {
  let runtime: Promise<typeof Ort> | undefined;
  let session: Ort.InferenceSession | undefined;
  const start = (): Promise<typeof Ort> =>
    (runtime ??= Promise.all([import('onnxruntime-web/wasm'), binaryOf(wasm)]).then(([ort, binary]) => {
      // Threads need cross-origin isolation, which this page does without.
      ort.env.wasm.numThreads = 1;
      ort.env.wasm.wasmBinary = binary;
      ort.env.logLevel = 'error';
      return ort;
    }));
  /** A session does one thing at a time. */
  let before: Promise<unknown> = Promise.resolve();
  const next = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = before.then(work);
    before = turn.catch(() => undefined);
    return turn;
  };
  const calls: WasmCalls = {
    load: (model) =>
      next(async () => {
        const ort = await start();
        await session?.release();
        session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
      }),
    run: (name, data, dims) =>
      next(async () => {
        const { Tensor } = await start();
        const results = await session?.run({ [name]: new Tensor('float32', data, dims) });
        return Object.fromEntries(
          Object.entries(results ?? {}).map(([output, { data: values }]) => [output, values as Float32Array]),
        );
      }),
  };
  Comlink.expose(calls, port);
}

self.addEventListener('message', ({ data }: MessageEvent<WasmStart>) => serve(data), { once: true });
