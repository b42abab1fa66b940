// The job that measures: alone on the GPU, so that nothing else is in its times.
import type { Job } from '../../border/serve.ts';
import { reportDevice } from '../../engine/device-report.ts';
import { timeVariant } from '../../engine/ablation.ts';
import { graphToRun } from '../../engine/made-up.ts';
import { measurePeaks } from '../../engine/peaks.ts';
import { timeApart } from './apart.ts';
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
    pair: (ticket, { net, variant, pairs, budgetMs }) =>
      exclusive(ticket, why, ({ signal, progress }) =>
        engine.use(
          (open) =>
            timeVariant(open, graphToRun(net), graphToRun(variant), 'f32', {
              signal,
              onProgress: progress,
              pairs,
              budgetMs,
            }),
          signal,
        ),
      ),
    apart: (ticket, net) =>
      exclusive(ticket, why, ({ signal, progress }) =>
        engine.use((open) => timeApart(open, graphToRun(net), { signal, onProgress: progress }), signal),
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
