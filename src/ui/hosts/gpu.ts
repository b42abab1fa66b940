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
    async measure(job, hooks) {
      // Browsers slow down what is not looked at.
      let hidden = document.hidden;
      const look = (): void => void (hidden ||= document.hidden);
      document.addEventListener('visibilitychange', look);
      try {
        const found = await valueOf(measure.call((calls, ticket) => calls.measure(ticket, job), options(hooks)));
        const { profile } = found;
        return hidden ? { ...found, profile: { ...profile, disturbed: [...profile.disturbed, 'hidden'] } } : found;
      } finally {
        document.removeEventListener('visibilitychange', look);
      }
    },
    peaks: (hooks) => valueOf(measure.call((calls, ticket) => calls.peaks(ticket), options(hooks))),
    listen: listenToGpu,
  };
}
