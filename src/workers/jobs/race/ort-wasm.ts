// ONNX Runtime Web's WebAssembly provider, with threads where the worker may have them.
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { threads, threadsText, type Peer } from './peer.ts';

export const ortWasm: Peer = {
  async open({ graph, shape, onnx }, { ortWasm: { script, wasm } }) {
    env.wasm.wasmPaths = { mjs: script, wasm };
    env.wasm.numThreads = threads;
    const session = await InferenceSession.create(onnx(), { executionProviders: ['wasm'], logSeverityLevel: 3 });
    const [batch = 1, height = 1, width = 1, channels = 1] = shape;
    const output = graph.outputs[0] as string;
    return {
      version: env.versions.web ?? env.versions.common,
      how: threadsText,
      run: async ({ nchw }) =>
        (await session.run({ input: new Tensor('float32', nchw, [batch, channels, height, width]) }))[output]
          ?.data as Float32Array,
      end: () => session.release(),
    };
  },
};
