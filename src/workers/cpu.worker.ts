// Entry of the worker for long work on the CPU: quantizing where there is no GPU. The page's first message says why there is none.
import { serveJobs } from './border/serve.ts';
import { quantizeWithoutGpu } from './jobs/quantize/serve.ts';

self.addEventListener(
  'message',
  ({ data: why }: MessageEvent<string>) => serveJobs(self, [quantizeWithoutGpu(why)], () => undefined),
  { once: true },
);
