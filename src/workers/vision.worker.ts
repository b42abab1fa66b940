// Entry of the worker that looks at pictures; the page's first message says where onnxruntime-web's .wasm lies and whether to count objects.
import { debugWords, startDebug } from './engine/debug.ts';
import { serveVision, type VisionScope } from './jobs/vision/serve.ts';
import type { VisionStart } from './jobs/vision/protocol.ts';

startDebug(debugWords(self.name), (text) => console.debug(text));
self.addEventListener(
  'message',
  ({ data }: MessageEvent<VisionStart>) =>
    serveVision(self as unknown as VisionScope, { ...data, gpu: () => navigator.gpu }),
  { once: true },
);
