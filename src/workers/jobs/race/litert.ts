// LiteRT.js on the net's TFLite file: XNNPACK in WebAssembly, with threads where the worker may have them.
import { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';
import packageFile from '@litertjs/core/package.json';
import { threads, threadsText, type Peer, type RuntimeFiles } from './peer.ts';

/** What Emscripten's script and the loader of LiteRT.js meet on. */
interface Meeting {
  ModuleFactory?: unknown;
  Module?: { locateFile(name: string): string; mainScriptUrlOrBlob: string; printErr(text: string): void };
  define?: { (names: readonly string[], factory: () => unknown): void; amd: true };
  importScripts: (...urls: string[]) => void;
}

let loaded: Promise<unknown> | undefined;

/**
 * LiteRT.js fetches its script by `importScripts`, which a module worker has but may not call. The script is a universal module: imported,
 * it hands its factory to an AMD `define`, and the loader finds it where it looks.
 */
async function start({ script, wasm }: RuntimeFiles): Promise<unknown> {
  const meeting = self as unknown as Meeting;
  meeting.define = Object.assign(
    (_: readonly string[], factory: () => unknown): void => void (meeting.ModuleFactory = factory()),
    { amd: true as const },
  );
  await import(/* @vite-ignore */ script);
  delete meeting.define;
  meeting.importScripts = () => undefined;
  meeting.Module = {
    locateFile: () => wasm,
    mainScriptUrlOrBlob: script,
    // It tells there what it does, step by step.
    printErr: (text) => console.debug(text),
  };
  return loadLiteRt(script);
}

export const litertWasm: Peer = {
  async open(subject, { litert }) {
    const file = subject.tflite();
    await (loaded ??= start(litert));
    const model = await loadAndCompile(file, { accelerator: 'wasm', cpuOptions: { numThreads: threads } });
    return {
      version: packageFile.version,
      how: threadsText,
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
