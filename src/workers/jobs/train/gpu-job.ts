// The job that trains, in the worker with the GPU: most visits never train, so its code is fetched when it is first asked.
import { outcome } from '../../border/outcome.ts';
import type { Outcome } from '../../border/protocol.ts';
import type { Job } from '../../border/serve.ts';
import type { TrainCalls } from './protocol.ts';
import type { StudyCalls } from './study-protocol.ts';

/** Asks calls that are fetched first. */
function fetched<Calls>(load: () => Promise<Calls>) {
  let loading: Promise<Calls> | undefined;
  const loaded = (): Promise<Calls> => {
    loading ??= load();
    loading.catch(() => (loading = undefined));
    return loading;
  };
  const ask = <T>(work: (calls: Calls) => Promise<Outcome<T>>): Promise<Outcome<T>> =>
    loaded().then(work, (error: unknown) => outcome(() => Promise.reject(error as Error)));
  return { loaded, ask };
}

export const studyOnGpu: Job = {
  name: 'study',
  serve(host): StudyCalls {
    const { ask } = fetched(() => import('./study-serve.ts').then(({ serveStudies }) => serveStudies(host, 'gpu')));
    return {
      list: (...given) => ask((calls) => calls.list(...given)),
      foresee: (...given) => ask((calls) => calls.foresee(...given)),
      run: (...given) => ask((calls) => calls.run(...given)),
    };
  },
};

export const trainOnGpu: Job = {
  name: 'train',
  serve(host): TrainCalls {
    const { ask, loaded } = fetched(() => import('./serve.ts').then(({ serveTrain }) => serveTrain(host, 'gpu')));
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
