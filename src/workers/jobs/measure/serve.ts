// The job that measures: alone on the GPU, so that nothing else is in its times.
import type { Job } from '../../border/serve.ts';
import { reportDevice } from '../../engine/device-report.ts';
import { timeVariant } from '../../engine/ablation.ts';
import { measureTable, measureWhole } from '../../engine/latency-table.ts';
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
    table: (ticket, { nets, calibration, check }, known) =>
      exclusive(ticket, why, ({ signal, progress }) =>
        engine.use((open) => {
          const work = {
            nets: nets.map(graphToRun),
            calibration: calibration.map(graphToRun),
            check: check.map(graphToRun),
          };
          const onProgress = (done: number, total: number, net: string): void =>
            progress(`Timing dispatches: ${net}`, done / total);
          return measureTable(open, work, { precision: 'f32', known, signal, onProgress });
        }, signal),
      ),
    whole: (ticket, nets, rounds) =>
      exclusive(ticket, why, ({ signal, progress }) =>
        engine.use(async (open) => {
          const graphs = nets.map(graphToRun);
          const times = graphs.map((): number[] => []);
          for (let round = 0; round < rounds; round++)
            for (const [i, graph] of graphs.entries()) {
              signal.throwIfAborted();
              times[i]!.push(await measureWhole(open, graph, 'f32'));
              progress('Measuring whole nets', (round * graphs.length + i + 1) / (rounds * graphs.length));
            }
          return times;
        }, signal),
      ),
  }),
};
