// The page's side of a worker whose calls take tickets: one worker, given up when it hangs or throws, every call answered with a value.
import * as Comlink from 'comlink';
import type { WorkerLike } from './client.ts';
import { deadMs, type EngineProblem, type Outcome } from './protocol.ts';

export interface TicketClientOptions<Event> {
  readonly spawn: () => WorkerLike;
  /** The first message to every worker. */
  readonly start: unknown;
  /** What the worker does, for its messages: `The worker that … stopped`. */
  readonly task: string;
  readonly onEvent: (event: Event) => void;
  /** The worker was given up; the next call starts another one, which knows nothing yet. */
  readonly onStopped: (why: string) => void;
  /** Silence after which a worker counts as hung, milliseconds. */
  readonly deadAfterMs?: number;
}

/** What every such worker says unasked. `what` in words, `share` 0 … 1. */
export type TicketEvent =
  | { readonly event: 'beat' }
  | { readonly event: 'progress'; readonly ticket: number; readonly what: string; readonly share: number };

interface TicketCalls {
  cancel(ticket: number): void;
}

export interface CallHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string, share: number) => void;
}

interface Link<Calls> {
  readonly calls: Comlink.Remote<Calls>;
  /** Calls under way: each is answered when the worker is given up. */
  readonly underWay: Set<(outcome: Outcome<never>) => void>;
  stop(why: string): void;
}

const failed = (kind: EngineProblem['kind'], message: string): Outcome<never> => ({
  ok: false,
  problem: { kind, message },
});

export class TicketClient<Calls extends TicketCalls, Event extends { readonly event: string }> {
  private link: Link<Calls> | undefined;
  private tickets = 0;
  private readonly progress = new Map<number, CallHooks['onProgress']>();

  constructor(private readonly options: TicketClientOptions<Event>) {}

  /** The worker's calls without tickets: fire and forget. */
  get calls(): Comlink.Remote<Calls> {
    return this.connected().calls;
  }

  /** A call that takes a ticket: it can be cancelled and tells its progress. */
  async call<T>(
    work: (calls: Comlink.Remote<Calls>, ticket: number) => Promise<Outcome<T>>,
    { signal, onProgress }: CallHooks = {},
  ): Promise<Outcome<T>> {
    if (signal?.aborted) return failed('aborted', 'Cancelled.');
    const link = this.connected();
    const ticket = ++this.tickets;
    this.progress.set(ticket, onProgress);
    const abort = (): void => void (link.calls as Comlink.Remote<TicketCalls>).cancel(ticket);
    signal?.addEventListener('abort', abort);
    let giveUp: (outcome: Outcome<never>) => void = () => undefined;
    try {
      return await new Promise<Outcome<T>>((resolve, reject) => {
        giveUp = resolve;
        link.underWay.add(giveUp);
        work(link.calls, ticket).then(resolve, reject);
      });
    } catch (error) {
      // Something that cannot be copied to the worker.
      return failed('internal', error instanceof Error ? error.message : String(error));
    } finally {
      signal?.removeEventListener('abort', abort);
      link.underWay.delete(giveUp);
      this.progress.delete(ticket);
    }
  }

  dispose(): void {
    this.link?.stop('');
  }

  private connected(): Link<Calls> {
    return (this.link ??= this.connect());
  }

  private connect(): Link<Calls> {
    const { spawn, start, task, onEvent, onStopped, deadAfterMs: deadAfter = 4 * deadMs } = this.options;
    const worker = spawn();
    worker.postMessage(start);
    const calls = Comlink.wrap<Calls>(worker);
    const underWay: Link<Calls>['underWay'] = new Set();
    let lastBeat = performance.now();
    const watch = setInterval(() => {
      // A hidden page's timers are slowed down, its worker's too.
      if (document.visibilityState === 'visible' && performance.now() - lastBeat > deadAfter)
        stop(`no sign of life for ${Math.round(deadAfter / 1000)} s`);
    }, 1000);
    const heard = (event: globalThis.Event): void => {
      const data = (event as MessageEvent<TicketEvent | undefined>).data;
      lastBeat = performance.now();
      if (!data || typeof data !== 'object' || !('event' in data)) return;
      if (data.event === 'progress') this.progress.get(data.ticket)?.(data.what, data.share);
      else if (data.event !== 'beat') onEvent(data);
    };
    const threw = (event: globalThis.Event): void => stop((event as ErrorEvent).message || 'it could not be started');
    const stop = (why: string): void => {
      clearInterval(watch);
      worker.removeEventListener('message', heard);
      worker.removeEventListener('error', threw);
      this.link = undefined;
      (calls as Comlink.Remote<TicketCalls>)[Comlink.releaseProxy]();
      worker.terminate();
      const answer = failed('stopped', `The worker that ${task} stopped (${why}). Try again.`);
      for (const giveUp of underWay) giveUp(answer);
      if (why !== '') onStopped(why);
    };
    worker.addEventListener('message', heard);
    worker.addEventListener('error', threw);
    return { calls, underWay, stop };
  }
}
