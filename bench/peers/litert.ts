// LiteRT.js on the net's TFLite file: XNNPACK in WebAssembly, with threads.
import { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';
import packageFile from '@litertjs/core/package.json';
import { threads, type Peer } from './peer.ts';

let loaded: Promise<unknown> | undefined;

export const litertWasm: Peer = {
  key: 'litertWasm',
  title: 'LiteRT.js WASM',
  on: 'WASM',
  async open(subject) {
    const file = subject.tflite();
    await (loaded ??= loadLiteRt('/litert/', { threads: true }));
    const url = URL.createObjectURL(new Blob([file as Uint8Array<ArrayBuffer>]));
    const model = await loadAndCompile(url, { accelerator: 'wasm', cpuOptions: { numThreads: threads } });
    URL.revokeObjectURL(url);
    return {
      version: packageFile.version,
      how: `${threads} threads`,
      async run({ nhwc }) {
        const input = new Tensor(nhwc, [...subject.shape]);
        const results = await model.run([input]);
        const values = Float32Array.from((await results[0]!.data()) as Float32Array);
        for (const tensor of [input, ...results]) tensor.delete();
        return values;
      },
      end() {
        model.delete();
        return Promise.resolve();
      },
    };
  },
};
