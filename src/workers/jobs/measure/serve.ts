// The job that measures: alone on the GPU, so that nothing else is in its times.
import type { Job } from '../../border/serve.ts';
import { reportDevice } from '../../engine/device-report.ts';
import { measurePeaks } from '../../engine/peaks.ts';
import { measureNet, planNet } from './measure.ts';
import type { MeasureCalls } from './protocol.ts';

const why = 'measuring';

export const measure: Job = {
  name: 'measure',
  serve: ({ engine, call, exclusive }): MeasureCalls => ({
    plan: (ticket, net) => call(ticket, () => Promise.resolve(planNet(net, 'f32', engine.device))),
    measure: (ticket, job) =>
      exclusive(ticket, why, ({ signal, progress, first }) =>
        measureNet(engine, job, { signal, onProgress: progress, onFirst: first }),
      ),
    peaks: (ticket) =>
      exclusive(ticket, why, ({ signal, progress }) =>
        engine.use(
          (open) => measurePeaks(open, { signal, onProgress: (share) => progress('Running benchmarks', share) }),
          signal,
        ),
      ),
    device: (ticket) =>
      exclusive(ticket, why, ({ signal, progress }) =>
        engine.use(
          (open) => reportDevice(open, { signal, onProgress: (share) => progress('Running benchmarks', share) }),
          signal,
        ),
      ),
  }),
};
