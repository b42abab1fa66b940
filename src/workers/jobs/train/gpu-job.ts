// The job that trains, in the worker with the GPU: most visits never train, so its code is fetched when it is first asked.
import { outcome } from '../../border/outcome.ts';
import type { Outcome } from '../../border/protocol.ts';
import type { Job } from '../../border/serve.ts';
import type { TrainCalls } from './protocol.ts';

export const trainOnGpu: Job = {
  name: 'train',
  serve(host): TrainCalls {
    let loading: Promise<TrainCalls> | undefined;
    const loaded = (): Promise<TrainCalls> => {
      loading ??= import('./serve.ts').then(({ serveTrain }) => serveTrain(host, 'gpu'));
      loading.catch(() => (loading = undefined));
      return loading;
    };
    const ask = <T>(work: (calls: TrainCalls) => Promise<Outcome<T>>): Promise<Outcome<T>> =>
      loaded().then(work, (error: unknown) => outcome(() => Promise.reject(error as Error)));
    return {
      take: (...given) => ask((calls) => calls.take(...given)),
      look: (...given) => ask((calls) => calls.look(...given)),
      train: (...given) => ask((calls) => calls.train(...given)),
      findRate: (...given) => ask((calls) => calls.findRate(...given)),
      kept: (...given) => ask((calls) => calls.kept(...given)),
      forget: (...given) => ask((calls) => calls.forget(...given)),
      pause: (on) => void loaded().then((calls) => calls.pause(on)),
    };
  },
};
