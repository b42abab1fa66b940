// The page's worker with the GPU, as EngineState needs it: failures become errors with a sentence, states become one listener.
import { EngineClient } from '../../workers/border/client.ts';
import workerUrl from '../../workers/engine.worker.ts?worker&url';
import type { Outcome } from '../../workers/border/protocol.ts';
import type { GpuHost, JobHooks } from '../state/engine.svelte.ts';
import { startWorker } from './trusted-worker.ts';

/** Packing a large net's weights keeps the worker from saying that it lives; a real hang is longer. */
const deadAfterMs = 15_000;

export function gpuHost(): GpuHost {
  let listener: Parameters<GpuHost['onState']>[0] = () => undefined;
  const client = new EngineClient({
    spawn: () => startWorker(workerUrl, 'gpu'),
    deadAfterMs,
    onRestart: (why) => listener('recovering', why),
    onEvent: (event) => {
      if (event.event === 'state' && event.state !== 'closed') listener(event.state, event.detail);
    },
  });
  const options = ({ signal, onProgress, onFirst }: JobHooks) => ({
    ...(signal && { signal }),
    ...(onFirst && { onFirst }),
    ...(onProgress && { onProgress: (share: number, what = '') => onProgress(what, share) }),
  });
  return {
    open: () => value(client.open()),
    plan: (name, text) => value(client.plan(name, text)),
    measure: (job, hooks) => value(client.measure(job, options(hooks))),
    peaks: (hooks) => value(client.peaks(options(hooks))),
    onState: (next) => void (listener = next),
  };
}

async function value<T>(outcome: Promise<Outcome<T>>): Promise<T> {
  const settled = await outcome;
  if (settled.ok) return settled.value;
  throw Object.assign(new Error(settled.problem.message), { kind: settled.problem.kind });
}
