// The page's side of the worker that looks at pictures.
import { TicketClient, type TicketClientOptions } from '../../border/ticket-client.ts';
import type { VisionCalls, VisionEvent, VisionStart } from './protocol.ts';

export type { CallHooks } from '../../border/ticket-client.ts';

export type VisionClientOptions = Omit<TicketClientOptions<VisionEvent>, 'task' | 'start'> & {
  readonly start: VisionStart;
};

export class VisionClient extends TicketClient<VisionCalls, VisionEvent> {
  constructor(options: VisionClientOptions) {
    super({ ...options, task: 'looks at pictures' });
  }
}
