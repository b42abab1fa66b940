// The GPU as EngineState needs it: failures become errors with a sentence.
import type { MeasureCalls, Measurement } from '../../workers/jobs/measure/protocol.ts';
import type { GpuHost, JobHooks } from '../state/engine.svelte.ts';
import { gpuClient, listenToGpu, valueOf } from './gpu-client.ts';

export function gpuHost(): GpuHost {
  const measure = gpuClient.job<MeasureCalls>('measure');
  const options = ({ onFirst, ...hooks }: JobHooks) => ({
    ...hooks,
    ...(onFirst && { onFirst: (first: unknown) => onFirst(first as Measurement) }),
    repeat: true,
  });
  return {
    open: () => valueOf(gpuClient.open()),
    plan: (net) => valueOf(measure.call((calls, ticket) => calls.plan(ticket, net), { repeat: true })),
    measure: (job, hooks) => valueOf(measure.call((calls, ticket) => calls.measure(ticket, job), options(hooks))),
    peaks: (hooks) => valueOf(measure.call((calls, ticket) => calls.peaks(ticket), options(hooks))),
    listen: listenToGpu,
  };
}
