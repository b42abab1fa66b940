// Starts the worker that quantizes, from this page's own files.
import { TicketClient, type TicketClientOptions } from '../../workers/border/ticket-client.ts';
import type { QuantizeCalls, QuantizeEvent } from '../../workers/jobs/quantize/protocol.ts';
import workerUrl from '../../workers/quantize.worker.ts?worker&url';
import { startWorker } from './trusted-worker.ts';

export type QuantizeClient = TicketClient<QuantizeCalls, QuantizeEvent>;

/** One layer of a large net on the CPU, or packing its weights, keeps the worker from saying that it lives; a real hang is longer. */
const deadAfterMs = 120_000;

export const quantizeHost = (
  hooks: Pick<TicketClientOptions<QuantizeEvent>, 'onEvent' | 'onStopped'>,
): QuantizeClient =>
  new TicketClient({
    ...hooks,
    spawn: () => startWorker(workerUrl, 'quantize'),
    start: 'start',
    task: 'quantizes',
    deadAfterMs,
  });
