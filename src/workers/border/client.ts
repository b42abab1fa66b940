// The page's side: one worker, restarted when it hangs or throws, with the net loaded again; the latest run wins over those that wait.
import * as Comlink from 'comlink';
import type { Plan } from '../../graph/plan/plan.ts';
import { Ending } from '../engine/ending.ts';
import { backOffMs } from '../engine/engine.ts';
import type { Measurement, NetJob } from '../jobs/measure/measure.ts';
import type { Peaks } from '../engine/peaks.ts';
import type { LoadTimes } from '../engine/program.ts';
import {
  deadMs,
  type DeviceFacts,
  type EngineCalls,
  type EngineEvent,
  type EngineProblem,
  type OpenOptions,
  type Outcome,
  type RunResult,
} from './protocol.ts';
import type { Profile } from '../engine/timing.ts';

/** What the client needs of a worker; tests give it a port. */
export type WorkerLike = Comlink.Endpoint & { terminate(): void };

/** The checkpoint's tensors, asked for at every load: after a restart they are read again (from OPFS), not kept twice. */
export type WeightSource = () => Promise<ReadonlyMap<string, Float32Array>>;

export interface ClientOptions {
  readonly spawn: () => WorkerLike;
  readonly open?: OpenOptions;
  readonly onEvent?: (event: EngineEvent) => void;
  /** A worker was given up and another one takes its place. */
  readonly onRestart?: (why: string) => void;
  /** Silence after which a worker counts as hung, milliseconds. */
  readonly deadAfterMs?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** `what` says in words what is going on, where that changes. */
  readonly onProgress?: (share: number, what?: string) => void;
  /** First numbers of a measurement. */
  readonly onFirst?: (first: Measurement) => void;
}

const failed = (kind: EngineProblem['kind'], message: string): { ok: false; problem: EngineProblem } => ({
  ok: false,
  problem: { kind, message },
});

/** A worker that died under a call. */
class WorkerStopped extends Error {}

interface Link {
  readonly worker: WorkerLike;
  readonly calls: Comlink.Remote<EngineCalls>;
  /** Comes when the worker is given up. */
  readonly stopped: Ending;
  stop(why: string): void;
}

export class EngineClient {
  private link: Link | undefined;
  private net: { readonly plan: Plan; readonly weights: WeightSource } | undefined;
  private loadedOn: Link | undefined;
  private tickets = 0;
  private restarts = 0;
  private disposed = false;
  /** Who wants to hear of a call under way, by ticket. */
  private readonly listeners = new Map<number, Pick<CallOptions, 'onProgress' | 'onFirst'>>();
  private busy = false;
  private waiting: { start(): void; supersede(): void } | undefined;

  constructor(private readonly options: ClientOptions) {}

  /** Opens the device (in the worker) and says what it is. */
  open(): Promise<Outcome<DeviceFacts>> {
    return this.call((calls) => calls.open(this.options.open ?? {}), false);
  }

  /** Loads a plan; later runs use it, also after restarts. */
  async load(plan: Plan, weights: WeightSource, { onProgress }: CallOptions = {}): Promise<Outcome<LoadTimes>> {
    this.net = { plan, weights };
    this.loadedOn = undefined;
    let times: Outcome<LoadTimes> | undefined;
    const outcome = await this.call(async (_calls, link) => {
      times = await this.loadOn(link, onProgress);
      return times;
    }, false);
    return times ?? outcome;
  }

  /** One inference now, however many others are under way. */
  run(
    inputs: readonly Float32Array[],
    read: readonly number[] = [0],
    options: CallOptions = {},
  ): Promise<Outcome<RunResult>> {
    return this.ticketed((calls, ticket) => calls.run(ticket, inputs, read), options);
  }

  /** One inference, after the one under way; a call that still waits is superseded by the next (a camera, a slider). */
  runLatest(
    inputs: readonly Float32Array[],
    read: readonly number[] = [0],
    options: CallOptions = {},
  ): Promise<Outcome<RunResult>> {
    return new Promise((resolve) => {
      const start = (): void => {
        this.busy = true;
        void this.run(inputs, read, options).then((outcome) => {
          this.busy = false;
          const next = this.waiting;
          this.waiting = undefined;
          next?.start();
          resolve(outcome);
        });
      };
      if (!this.busy) return start();
      this.waiting?.supersede();
      this.waiting = { start, supersede: () => resolve(failed('superseded', 'A newer input took its place.')) };
    });
  }

  profile(inputs: readonly Float32Array[], runs: number, options: CallOptions = {}): Promise<Outcome<Profile>> {
    return this.ticketed((calls, ticket) => calls.profile(ticket, inputs, runs), options);
  }

  /** Plans a net from its text. */
  plan(name: string, text: string): Promise<Outcome<Plan>> {
    return this.call((calls) => calls.plan(name, text), false);
  }

  /** Measures a net from its text with made-up weights. It takes the place of the loaded net, which the next run loads again. */
  measure(job: NetJob, options: CallOptions = {}): Promise<Outcome<Measurement>> {
    return this.ticketed(
      (calls, ticket) => {
        this.loadedOn = undefined;
        return calls.measure(ticket, job);
      },
      options,
      false,
    );
  }

  /** Measures what the device can do at best. */
  peaks(options: CallOptions = {}): Promise<Outcome<Peaks>> {
    return this.ticketed((calls, ticket) => calls.peaks(ticket), options, false);
  }

  /** Ends the worker; every call under way and later resolves as `stopped`. */
  dispose(): void {
    this.disposed = true;
    this.link?.stop('closed');
  }

  private async ticketed<T>(
    work: (calls: Comlink.Remote<EngineCalls>, ticket: number) => Promise<Outcome<T>>,
    { signal, ...listener }: CallOptions,
    needsNet = true,
  ): Promise<Outcome<T>> {
    if (signal?.aborted) return failed('aborted', 'The call was cancelled.');
    const ticket = ++this.tickets;
    this.listeners.set(ticket, listener);
    const abort = (): void => void this.link?.calls.cancel(ticket);
    signal?.addEventListener('abort', abort);
    try {
      return await this.call((calls) => work(calls, ticket), needsNet);
    } finally {
      signal?.removeEventListener('abort', abort);
      this.listeners.delete(ticket);
    }
  }

  /** A call on a living worker; when the worker dies under it, once more on each new one, within the back-off. */
  private async call<T>(
    work: (calls: Comlink.Remote<EngineCalls>, link: Link) => Promise<Outcome<T>>,
    needsNet: boolean,
  ): Promise<Outcome<T>> {
    for (;;) {
      if (this.disposed) return failed('stopped', 'The engine was closed.');
      const link = (this.link ??= this.connect());
      try {
        if (needsNet && this.net && this.loadedOn !== link) {
          const loaded = await link.stopped.before(this.loadOn(link));
          if (!loaded.ok) return loaded;
        }
        const outcome = await link.stopped.before(work(link.calls, link));
        this.restarts = 0;
        return outcome;
      } catch (error) {
        if (!(error instanceof WorkerStopped))
          return failed('internal', error instanceof Error ? error.message : String(error));
        const delay = backOffMs[this.restarts++];
        if (delay === undefined)
          return failed(
            'stopped',
            `The GPU worker stopped again and again (${error.message}); reload the page, or continue on the CPU.`,
          );
        if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
  }

  private async loadOn(link: Link, onProgress?: CallOptions['onProgress']): Promise<Outcome<LoadTimes>> {
    const { net } = this;
    if (!net) return failed('internal', 'no net is loaded');
    const ticket = ++this.tickets;
    this.listeners.set(ticket, onProgress ? { onProgress } : {});
    try {
      const outcome = await link.calls.load(ticket, net.plan, await net.weights());
      if (outcome.ok && this.net === net) this.loadedOn = link;
      return outcome;
    } finally {
      this.listeners.delete(ticket);
    }
  }

  private connect(): Link {
    const worker = this.options.spawn();
    const calls = Comlink.wrap<EngineCalls>(worker);
    const stopped = new Ending();
    let lastBeat = performance.now();
    const deadAfter = this.options.deadAfterMs ?? deadMs;
    const watch = setInterval(
      () => {
        if (performance.now() - lastBeat > deadAfter) stop(`no sign of life for ${Math.round(deadAfter / 1000)} s`);
      },
      Math.max(10, deadAfter / 5),
    );
    const heard = (event: Event): void => {
      const data = (event as MessageEvent<EngineEvent | undefined>).data;
      lastBeat = performance.now();
      if (!data || typeof data !== 'object' || !('event' in data)) return;
      if (data.event === 'progress') this.listeners.get(data.ticket)?.onProgress?.(data.share, data.what);
      if (data.event === 'first') this.listeners.get(data.ticket)?.onFirst?.(data.first);
      this.options.onEvent?.(data);
    };
    const threw = (event: Event): void => stop((event as ErrorEvent).message || 'it threw an error');
    const stop = (why: string): void => {
      clearInterval(watch);
      worker.removeEventListener('message', heard);
      worker.removeEventListener('error', threw);
      if (this.link === link) this.link = undefined;
      if (this.loadedOn === link) this.loadedOn = undefined;
      calls[Comlink.releaseProxy]();
      worker.terminate();
      stopped.end(new WorkerStopped(why));
      if (!this.disposed) this.options.onRestart?.(why);
    };
    worker.addEventListener('message', heard);
    worker.addEventListener('error', threw);
    const link: Link = { worker, calls, stopped, stop };
    return link;
  }
}
