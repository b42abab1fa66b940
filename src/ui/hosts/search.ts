// The page's side of the job that searches, in a worker of its own, and the device that the page lends to it.
import * as Comlink from 'comlink';
import { WorkerClient, type JobClient, type JobListener } from '../../workers/border/client.ts';
import type { GivenNet } from '../../graph/notation/check.ts';
import type { LatencyTable } from '../../graph/search/latency/table.ts';
import type { DeviceFacts } from '../../workers/border/protocol.ts';
import type { MeasureCalls } from '../../workers/jobs/measure/protocol.ts';
import type { LentDevice, SearchCalls, SearchProgress } from '../../workers/jobs/search/protocol.ts';
import workerUrl from '../../workers/search.worker.ts?worker&url';
import { gpuClient, valueOf } from './gpu-client.ts';
import { startWorker } from './trusted-worker.ts';

/** Planning of a large net keeps the worker from saying that it lives; a real hang is longer. */
const deadAfterMs = 120_000;

/** A worker that searches: ending it is how a search is stopped at once. */
export function searchWorker(listener: JobListener<SearchProgress>): {
  readonly job: JobClient<SearchCalls>;
  end(): void;
} {
  const client = new WorkerClient({ spawn: () => startWorker(workerUrl, 'search'), deadAfterMs });
  return { job: client.job('search', listener), end: () => client.dispose() };
}

const measure = gpuClient.job<MeasureCalls>('measure');

/** Rejects with a sentence where there is no device. */
export const openDevice = (): Promise<DeviceFacts> => valueOf(gpuClient.open());

/** Where dispatches that were timed are kept from search to search. */
export interface TimedStore {
  readEntries(device: DeviceFacts): Promise<LatencyTable['entries']>;
  keepEntries(device: DeviceFacts, entries: LatencyTable['entries']): Promise<unknown>;
}

/** What a search may do with the device until the signal comes. */
export function lend(
  signal: AbortSignal,
  onProgress: (what: string, share: number) => void,
  facts: DeviceFacts,
  store: TimedStore,
): { readonly port: MessagePort; close(): void } {
  const { port1, port2 } = new MessageChannel();
  const device: LentDevice = {
    async table(nets, calibration, check, known) {
      const earlier = calibration.length > 0 ? await store.readEntries(facts) : {};
      const work = { nets, calibration, check };
      const found = await valueOf(
        measure.call((calls, ticket) => calls.table(ticket, work, { ...earlier, ...known }), {
          signal,
          onProgress,
          repeat: true,
        }),
      );
      await store.keepEntries(facts, found.entries);
      return found;
    },
  };
  Comlink.expose(device, port1);
  return { port: port2, close: () => port1.close() };
}

/** Whole nets in turns: for each its times. */
export const wholeTimes = (
  nets: readonly GivenNet[],
  rounds: number,
  hooks: { readonly signal: AbortSignal; readonly onProgress: (what: string, share: number) => void },
): Promise<readonly (readonly number[])[]> =>
  valueOf(measure.call((calls, ticket) => calls.whole(ticket, nets, rounds), { ...hooks, repeat: true }));
