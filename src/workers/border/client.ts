// The page's side of a worker: each job's calls with tickets, progress and cancel; a worker that dies is replaced, and every call is answered with a value.
import type * as Comlink from 'comlink';
import { backOffMs } from '../engine/engine.ts';
import type { BorderEvent, DeviceFacts, Outcome, CallProblem } from './protocol.ts';
import { Supervisor, WorkerStopped, type Link, type SupervisorOptions } from './supervisor.ts';

export interface ClientOptions extends Pick<SupervisorOptions, 'spawn' | 'helpers' | 'deadAfterMs'> {
  readonly onEvent?: (event: BorderEvent) => void;
  readonly onStopped?: (why: string) => void;
}

export interface CallHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string, share: number) => void;
  /** First results of a call that goes on. */
  readonly onFirst?: (first: unknown) => void;
  /** The call needs nothing of the worker's past and can be made again when the worker dies under it. */
  readonly repeat?: boolean;
}

export interface JobListener<Told> {
  readonly onEvent?: (told: Told) => void;
  /** The worker was given up, and with it all that the job knew. */
  readonly onStopped?: (why: string) => void;
}

/** The page's side of one job. */
export interface JobClient<Calls> {
  /** Calls without tickets: fire and forget. */
  readonly calls: Comlink.Remote<Calls>;
  /** A call that takes a ticket: it can be cancelled and tells its progress. */
  call<T>(
    work: (calls: Comlink.Remote<Calls>, ticket: number) => Promise<Outcome<T>>,
    hooks?: CallHooks,
  ): Promise<Outcome<T>>;
}

const failed = (kind: CallProblem['kind'], message: string): Outcome<never> => ({
  ok: false,
  problem: { kind, message },
});

export class WorkerClient {
  private readonly supervisor: Supervisor;
  private tickets = 0;
  private disposed = false;
  /** Who is told of the progress of a call, by ticket. */
  private readonly hooks = new Map<number, CallHooks>();
  private readonly jobs = new Map<string, JobListener<unknown>>();

  constructor(private readonly options: ClientOptions) {
    this.supervisor = new Supervisor({
      ...options,
      onEvent: (event) => this.receive(event),
      onStopped: (why) => {
        if (this.disposed) return;
        for (const { onStopped } of this.jobs.values()) onStopped?.(why);
        options.onStopped?.(why);
      },
    });
  }

  /** Opens the device and says what it is. */
  open(): Promise<Outcome<DeviceFacts>> {
    return this.call(({ calls }) => calls.open(), { repeat: true });
  }

  /** The client of the job with this name in the worker's table. */
  job<Calls, Told = never>(name: string, listener: JobListener<Told> = {}): JobClient<Calls> {
    this.jobs.set(name, listener as JobListener<unknown>);
    const of = ({ calls }: Link): Comlink.Remote<Calls> =>
      (calls as unknown as Record<string, Comlink.Remote<Calls>>)[name] as Comlink.Remote<Calls>;
    const { supervisor } = this;
    return {
      get calls() {
        return of(supervisor.link);
      },
      call: (work, hooks = {}) => this.call((link, ticket) => work(of(link), ticket), hooks),
    };
  }

  /** Ends the worker; every call under way and later resolves as `stopped`. */
  dispose(): void {
    this.disposed = true;
    this.supervisor.stop('closed');
  }

  private async call<T>(
    work: (link: Link, ticket: number) => Promise<Outcome<T>>,
    hooks: CallHooks,
  ): Promise<Outcome<T>> {
    const { signal, repeat = false } = hooks;
    for (let deaths = 0; ;) {
      if (this.disposed) return failed('stopped', 'The worker was closed.');
      if (signal?.aborted) return failed('aborted', 'Cancelled.');
      const { link } = this.supervisor;
      const ticket = ++this.tickets;
      this.hooks.set(ticket, hooks);
      const abort = (): void => void link.calls.cancel(ticket);
      signal?.addEventListener('abort', abort);
      try {
        return await link.ended.before(work(link, ticket));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        // Something that cannot be copied to the worker.
        if (!(error instanceof WorkerStopped)) return failed('internal', message);
        if (!repeat) return failed('stopped', `The worker stopped on the way (${message}). Try again.`);
        const delay = backOffMs[deaths++];
        if (delay === undefined)
          return failed('stopped', `The worker stopped again and again (${message}); reload the page.`);
        await new Promise((resolve) => setTimeout(resolve, delay));
      } finally {
        signal?.removeEventListener('abort', abort);
        this.hooks.delete(ticket);
      }
    }
  }

  private receive(event: BorderEvent): void {
    if (event.event === 'progress') this.hooks.get(event.ticket)?.onProgress?.(event.what, event.share);
    else if (event.event === 'first') this.hooks.get(event.ticket)?.onFirst?.(event.first);
    else if (event.event === 'job') this.jobs.get(event.job)?.onEvent?.(event.told);
    else this.options.onEvent?.(event);
  }
}
