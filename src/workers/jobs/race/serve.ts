// The job of the race: the GPU worker waits, alone on its GPU, while another worker runs our engine and its peers in turns.
import * as Comlink from 'comlink';
import type { Job } from '../../border/serve.ts';
import type { RaceCalls, RaceResult, RacerCalls } from './protocol.ts';

export const race: Job = {
  name: 'race',
  serve: ({ exclusive }): RaceCalls => ({
    race: (ticket, setting, racer) =>
      exclusive(ticket, 'racing', async ({ signal, progress }) => {
        const calls = Comlink.wrap<RacerCalls>(racer);
        // The page ends the worker when the race is called off: its answer then never comes.
        const calledOff = new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
        );
        const found: RaceResult = await Promise.race([calls.race(setting, Comlink.proxy(progress)), calledOff]);
        return found;
      }),
  }),
};
