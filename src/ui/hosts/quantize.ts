// Starts the worker that quantises, from this page's own files.
import { TicketClient, type TicketClientOptions } from '../../workers/border/ticket-client.ts';
import type { QuantiseCalls, QuantiseEvent } from '../../workers/jobs/quantize/protocol.ts';
import workerUrl from '../../workers/quantize.worker.ts?worker&url';
import { startWorker } from './trusted-worker.ts';

export type QuantiseClient = TicketClient<QuantiseCalls, QuantiseEvent>;

/** One layer of a large net on the CPU, or packing its weights, keeps the worker from saying that it lives; a real hang is longer. */
const deadAfterMs = 120_000;

export const quantiseHost = (
  hooks: Pick<TicketClientOptions<QuantiseEvent>, 'onEvent' | 'onStopped'>,
): QuantiseClient =>
  new TicketClient({
    ...hooks,
    spawn: () => startWorker(workerUrl, 'quantise'),
    start: 'start',
    task: 'quantises',
    deadAfterMs,
  });
