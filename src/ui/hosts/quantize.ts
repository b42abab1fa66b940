// The page's side of the job that quantizes: in the GPU worker or, where the browser gives no device, in a worker on the CPU.
import { WorkerClient, type JobClient, type JobListener } from '../../workers/border/client.ts';
import cpuUrl from '../../workers/cpu.worker.ts?worker&url';
import type { QuantizeCalls } from '../../workers/jobs/quantize/protocol.ts';
import { gpuClient, listenToGpu } from './gpu-client.ts';
import { startWorker } from './trusted-worker.ts';

export type QuantizeClient = JobClient<QuantizeCalls>;

/** One layer of a large net keeps the worker from saying that it lives; a real hang is longer. */
const deadAfterMs = 120_000;

function onCpu(why: string, listener: JobListener<never>): { readonly job: QuantizeClient; dispose(): void } {
  const client = new WorkerClient({
    spawn() {
      const worker = startWorker(cpuUrl, 'cpu');
      worker.postMessage(why);
      return worker;
    },
    deadAfterMs,
  });
  return { job: client.job('quantize', listener), dispose: () => client.dispose() };
}

export function quantizeHost(listener: JobListener<never>): QuantizeClient {
  const gpu: QuantizeClient = gpuClient.job('quantize', listener);
  let cpu: ReturnType<typeof onCpu> | undefined;
  listenToGpu((event) => {
    if (event.event !== 'state' || event.state !== 'ready' || !cpu) return;
    cpu.dispose();
    cpu = undefined;
    listener.onStopped?.('the GPU is back');
  });
  return {
    get calls() {
      return (cpu?.job ?? gpu).calls;
    },
    async call(work, hooks) {
      if (!cpu) {
        const opened = await gpuClient.open();
        const outcome = opened.ok ? await gpu.call(work, hooks) : opened;
        if (outcome.ok || outcome.problem.kind !== 'unavailable') return outcome;
        cpu = onCpu(outcome.problem.message, listener);
        // What the device's bench knew is lost; a call that found no device at the start knows nothing of it.
        if (opened.ok) {
          listener.onStopped?.(outcome.problem.message);
          return outcome;
        }
      }
      return cpu.job.call(work, hooks);
    },
  };
}
