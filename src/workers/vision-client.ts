// The page's side of the worker that looks at pictures: one worker, given up when it hangs or throws, every call answered with a value.
import * as Comlink from 'comlink';
import type { WorkerLike } from './client.ts';
import { deadMs, type EngineProblem, type Outcome } from './protocol.ts';
import type { VisionCalls, VisionEvent, VisionStart } from './vision-protocol.ts';

export interface VisionClientOptions {
  readonly spawn: () => WorkerLike;
  readonly start: VisionStart;
  readonly onEvent: (event: VisionEvent) => void;
  /** The worker was given up; the next call starts another one, which knows nothing yet. */
  readonly onStopped: (why: string) => void;
  readonly deadAfterMs?: number;
}

export interface CallHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string, share: number) => void;
}

interface Link {
  readonly calls: Comlink.Remote<VisionCalls>;
  /** Resolves when the worker is given up. */
  readonly stopped: Promise<Outcome<never>>;
  stop(why: string): void;
}

const failed = (kind: EngineProblem['kind'], message: string): Outcome<never> => ({
  ok: false,
  problem: { kind, message },
});

export class VisionClient {
  private link: Link | undefined;
  private tickets = 0;
  private readonly progress = new Map<number, CallHooks['onProgress']>();

  constructor(private readonly options: VisionClientOptions) {}

  /** The worker's calls without tickets: fire and forget. */
  get calls(): Comlink.Remote<VisionCalls> {
    return this.connected().calls;
  }

  /** A call that takes a ticket: it can be cancelled and tells its progress. */
  async call<T>(
    work: (calls: Comlink.Remote<VisionCalls>, ticket: number) => Promise<Outcome<T>>,
    { signal, onProgress }: CallHooks = {},
  ): Promise<Outcome<T>> {
    if (signal?.aborted) return failed('aborted', 'Cancelled.');
    const link = this.connected();
    const ticket = ++this.tickets;
    this.progress.set(ticket, onProgress);
    const abort = (): void => void link.calls.cancel(ticket);
    signal?.addEventListener('abort', abort);
    try {
      return await Promise.race([work(link.calls, ticket), link.stopped]);
    } catch (error) {
      // Something that cannot be copied to the worker.
      return failed('internal', error instanceof Error ? error.message : String(error));
    } finally {
      signal?.removeEventListener('abort', abort);
      this.progress.delete(ticket);
    }
  }

  dispose(): void {
    this.link?.stop('');
  }

  private connected(): Link {
    return (this.link ??= this.connect());
  }

  private connect(): Link {
    const worker = this.options.spawn();
    worker.postMessage(this.options.start);
    const calls = Comlink.wrap<VisionCalls>(worker);
    let giveUp: (outcome: Outcome<never>) => void = () => undefined;
    const stopped = new Promise<Outcome<never>>((resolve) => (giveUp = resolve));
    let lastBeat = performance.now();
    const deadAfter = this.options.deadAfterMs ?? 4 * deadMs;
    const watch = setInterval(() => {
      // A hidden page's timers are slowed down, its worker's too.
      if (document.visibilityState === 'visible' && performance.now() - lastBeat > deadAfter)
        stop(`no sign of life for ${Math.round(deadAfter / 1000)} s`);
    }, 1000);
    const heard = (event: Event): void => {
      const data = (event as MessageEvent<VisionEvent | undefined>).data;
      lastBeat = performance.now();
      if (!data || typeof data !== 'object' || !('event' in data)) return;
      if (data.event === 'progress') this.progress.get(data.ticket)?.(data.what, data.share);
      else if (data.event !== 'beat') this.options.onEvent(data);
    };
    const threw = (event: Event): void => stop((event as ErrorEvent).message || 'it could not be started');
    const stop = (why: string): void => {
      clearInterval(watch);
      worker.removeEventListener('message', heard);
      worker.removeEventListener('error', threw);
      this.link = undefined;
      calls[Comlink.releaseProxy]();
      worker.terminate();
      giveUp(failed('stopped', `The worker that looks at pictures stopped (${why}). Try again.`));
      if (why !== '') this.options.onStopped(why);
    };
    worker.addEventListener('message', heard);
    worker.addEventListener('error', threw);
    return { calls, stopped, stop };
  }
}
