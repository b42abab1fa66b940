// The life of a worker as the page sees it: started when it is needed, listened to, given up when it hangs or throws, and then replaced.
import * as Comlink from 'comlink';
import { Ending } from '../engine/ending.ts';
import { deadMs, type BorderCalls, type BorderEvent } from './protocol.ts';

/** What the supervisor needs of a worker; tests give it a port. */
export type WorkerLike = Comlink.Endpoint & { terminate(): void };

export interface SupervisorOptions {
  readonly spawn: () => WorkerLike;
  /** Starts workers without the GPU that the worker asks for; each serves the port. */
  readonly helpers?: Readonly<Record<string, (port: MessagePort) => WorkerLike>>;
  readonly onEvent: (event: BorderEvent) => void;
  /** The worker was given up; the next call starts another one, which knows nothing yet. */
  readonly onStopped: (why: string) => void;
  /** Silence after which a worker counts as hung, milliseconds. */
  readonly deadAfterMs?: number;
}

/** A worker that died under a call. */
export class WorkerStopped extends Error {}

/** A living worker. */
export interface Link {
  readonly calls: Comlink.Remote<BorderCalls>;
  /** Comes when the worker is given up. */
  readonly ended: Ending;
}

/** Timers of a hidden page are slowed down, its worker's too. */
const visible = (): boolean => typeof document === 'undefined' || document.visibilityState === 'visible';

export class Supervisor {
  private current: (Link & { readonly stop: (why: string) => void }) | undefined;

  constructor(private readonly options: SupervisorOptions) {}

  get link(): Link {
    return (this.current ??= this.start());
  }

  /** Ends the worker. */
  stop(why: string): void {
    this.current?.stop(why);
  }

  private start(): Link & { readonly stop: (why: string) => void } {
    const { spawn, helpers = {}, onEvent, onStopped, deadAfterMs = deadMs } = this.options;
    const worker = spawn();
    const calls = Comlink.wrap<BorderCalls>(worker);
    const ended = new Ending();
    const helping: WorkerLike[] = [];
    // Counted in ticks of this very timer: a page that slept has not listened.
    const tickMs = Math.max(10, deadAfterMs / 5);
    let silentMs = 0;
    const watch = setInterval(() => {
      if (visible()) silentMs += tickMs;
      if (silentMs > deadAfterMs) stop(`no sign of life for ${Math.round(deadAfterMs / 1000)} s`);
    }, tickMs);
    const onMessage = (event: Event): void => {
      const data = (event as MessageEvent<BorderEvent | undefined>).data;
      silentMs = 0;
      if (!data || typeof data !== 'object' || !('event' in data)) return;
      if (data.event === 'helper') help(data);
      else onEvent(data);
    };
    const threw = (event: Event): void => stop((event as ErrorEvent).message || 'it could not be started');
    const help = ({ name, port }: Extract<BorderEvent, { event: 'helper' }>): void => {
      const helper = helpers[name]?.(port);
      if (helper) helping.push(helper);
      helper?.addEventListener(
        'error',
        (event) => void calls.helperEnded(name, (event as ErrorEvent).message || 'it could not be started'),
      );
    };
    const stop = (why: string): void => {
      clearInterval(watch);
      worker.removeEventListener('message', onMessage);
      worker.removeEventListener('error', threw);
      this.current = undefined;
      calls[Comlink.releaseProxy]();
      for (const one of [worker, ...helping]) one.terminate();
      ended.end(new WorkerStopped(why));
      onStopped(why);
    };
    worker.addEventListener('message', onMessage);
    worker.addEventListener('error', threw);
    return { calls, ended, stop };
  }
}
