// The product's GPU worker with hooks around WebGPU: loses its device right behind a chosen call, counts objects, hangs and throws when told to.
import { countObjects, type ObjectCounts } from '../../../src/workers/engine/object-counter.ts';
import { serveJobs, type WorkerScope } from '../../../src/workers/border/serve.ts';
import { measure } from '../../../src/workers/jobs/measure/serve.ts';
import { vision } from '../../../src/workers/jobs/vision/serve.ts';
import { clock, crashPath, type Hook, type HookReply, type Moment } from './hooks.ts';
import { plans } from './plans.ts';

const scope = self as unknown as WorkerScope & { postMessage(reply: HookReply): void };
let device: GPUDevice | undefined;
let counts: ObjectCounts | undefined;
let armed: { readonly lose: () => void; readonly moment: Moment; left: number } | undefined;

/** Waits for the browser to kill its GPU process: nothing else runs in this worker meanwhile, so the next call meets a dead device. */
function crash(): void {
  const request = new XMLHttpRequest();
  request.open('GET', crashPath, false);
  request.send();
  if (request.status !== 204) throw new Error(`the GPU process was not killed: ${request.responseText}`);
}

function reached(moment: Moment): void {
  if (armed?.moment !== moment || armed.left-- > 0) return;
  const { lose } = armed;
  armed = undefined;
  const at = clock();
  lose();
  scope.postMessage({ reply: 'lost', at });
}

type Method = (...args: unknown[]) => unknown;

/** Calls `after` behind a method of every object of this kind. */
function behind(prototype: object, name: string, after: (result: unknown, args: unknown[]) => void): void {
  const original = (prototype as Record<string, Method>)[name] as Method;
  Object.defineProperty(prototype, name, {
    configurable: true,
    writable: true,
    value(this: unknown, ...args: unknown[]) {
      const result = original.apply(this, args);
      after(result, args);
      return result;
    },
  });
}

behind(GPUAdapter.prototype, 'requestDevice', (requested) => {
  void (requested as Promise<GPUDevice>).then((opened) => {
    device = opened;
    counts = countObjects(opened);
  });
});
behind(GPUDevice.prototype, 'createComputePipelineAsync', () => reached('compile'));
behind(GPUQueue.prototype, 'writeBuffer', (_, [buffer]) => {
  if ((buffer as GPUBuffer).label.startsWith('weight')) reached('upload');
});
behind(GPUQueue.prototype, 'submit', () => reached('run'));
behind(GPUBuffer.prototype, 'mapAsync', () => reached('read-back'));

self.addEventListener('message', ({ data }: MessageEvent<Hook | { hook?: undefined }>) => {
  // Comlink's calls come the same way.
  if (data.hook === undefined) return;
  switch (data.hook) {
    case 'lose':
      armed = { lose: data.loss === 'crash' ? crash : () => device?.destroy(), moment: data.moment, left: data.nth };
      break;
    case 'counts':
      if (counts) scope.postMessage({ reply: 'counts', counts: { ...counts } });
      break;
    case 'hang':
      for (;;);
    case 'throw':
      setTimeout(() => {
        throw new Error('thrown by the test');
      });
  }
});

serveJobs(scope, [measure, vision, plans], () => navigator.gpu);
