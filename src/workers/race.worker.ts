// Entry of the worker of the race: it holds the runtimes of others beside our engine, each with a device of its own, and ends with the race.
import * as Comlink from 'comlink';
import type { RacerCalls } from './jobs/race/protocol.ts';
import { race } from './jobs/race/race.ts';

self.addEventListener(
  'message',
  ({ data }: MessageEvent<MessagePort>) => {
    Comlink.expose({ race: (setting, tell) => race(setting, tell) } satisfies RacerCalls, data);
    data.start();
  },
  { once: true },
);
