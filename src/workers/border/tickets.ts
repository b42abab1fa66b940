// Calls that can be cancelled, on the worker's side: each has a ticket, a signal and an outcome instead of an error.
import { outcome } from './outcome.ts';
import type { Outcome } from './protocol.ts';

export class Tickets {
  private readonly running = new Map<number, AbortController>();

  async run<T>(ticket: number, work: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
    const controller = new AbortController();
    this.running.set(ticket, controller);
    const result = await outcome(() => work(controller.signal));
    this.running.delete(ticket);
    return result;
  }

  cancel(ticket: number): void {
    this.running.get(ticket)?.abort(new DOMException('Cancelled.', 'AbortError'));
  }
}
