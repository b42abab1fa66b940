// The worker's side of the border: one engine, lanes on it, and a table of jobs whose calls never reject.
import * as Comlink from 'comlink';
import { DeviceChoices } from '../engine/device-choices.ts';
import { Ending } from '../engine/ending.ts';
import { Engine } from '../engine/engine.ts';
import { Checkpoints } from '../weights/checkpoints.ts';
import { Lanes } from './lanes.ts';
import { outcome } from './outcome.ts';
import { beatMs, type BorderCalls, type BorderEvent, type DeviceFacts, type Outcome } from './protocol.ts';

/** What a worker is to this file: the global scope of a real one, or a port. */
export type WorkerScope = Comlink.Endpoint & { postMessage(message: BorderEvent, transfer?: Transferable[]): void };

/** A row of a worker's table: adding a job is a folder and a row. */
export interface Job {
  readonly name: string;
  /** The job's calls, each of which gives an {@link Outcome}. */
  serve(host: JobHost): object;
}

/** What a job works with. */
export interface JobHost {
  readonly engine: Engine;
  readonly checkpoints: Checkpoints;
  /** For work that no call asks for. */
  readonly lanes: Lanes;
  /** Tells the page's side of the job something unasked. */
  tell(event: unknown, transfer?: Transferable[]): void;
  /** A call that can be cancelled; it enters a lane where it uses the GPU. */
  call<T>(ticket: number, work: (context: CallContext) => Promise<T>): Promise<Outcome<T>>;
  /** A call that is in the shared lane as a whole. */
  shared<T>(ticket: number, work: (context: CallContext) => Promise<T>): Promise<Outcome<T>>;
  /** A call that is in the exclusive lane as a whole; `why` in the form `measuring`. */
  exclusive<T>(ticket: number, why: string, work: (context: CallContext) => Promise<T>): Promise<Outcome<T>>;
  /** A worker of that name without the GPU, started by the page. */
  helper(name: string): Helper;
}

export interface Helper {
  readonly port: MessagePort;
  /** Comes when the worker could not be started or died: its calls are cut off by it. */
  readonly ended: Ending;
}

export interface CallContext {
  readonly signal: AbortSignal;
  readonly progress: (what: string, share: number) => void;
  /** First results. */
  readonly first: (first: unknown) => void;
  /** Runs a part of a call in the shared lane. */
  readonly shared: <T>(work: () => Promise<T>) => Promise<T>;
  /** For long work: lets messages in and, in the shared lane, calls that wait for it; rejects when the call is cancelled. */
  readonly pause: () => Promise<void>;
}

/** Work that may be done without letting messages in, milliseconds. */
const sliceMs = 40;

/** Serves `jobs` on `scope` with the WebGPU that `gpu` gives, and with what was chosen on its device. Returns what stops it. */
export function serveJobs(
  scope: WorkerScope,
  jobs: readonly Job[],
  gpu: () => GPU | undefined,
  choices = new DeviceChoices(),
): () => void {
  const tell = (event: BorderEvent, transfer: Transferable[] = []): void => scope.postMessage(event, transfer);
  const running = new Map<number, AbortController>();
  const helpers = new Map<string, Ending>();
  const lanes = new Lanes();
  const checkpoints = new Checkpoints();
  const engine = new Engine({
    gpu,
    choices,
    device: { onUncapturedError: (message) => tell({ event: 'gpu-error', message }) },
    onState: (state, detail) => tell({ event: 'state', state, detail }),
  });

  async function call<T>(ticket: number, work: (context: CallContext) => Promise<T>): Promise<Outcome<T>> {
    const controller = new AbortController();
    const { signal } = controller;
    running.set(ticket, controller);
    let sharing = false;
    let since = performance.now();
    const context: CallContext = {
      signal,
      progress: (what, share) => tell({ event: 'progress', ticket, what, share }),
      first: (first) => tell({ event: 'first', ticket, first }),
      async shared(part) {
        sharing = true;
        return lanes.shared(part, signal).finally(() => (sharing = false));
      },
      async pause() {
        signal.throwIfAborted();
        if (performance.now() - since < sliceMs) return;
        await new Promise((resolve) => setTimeout(resolve));
        signal.throwIfAborted();
        if (sharing) await lanes.letPass(signal);
        since = performance.now();
      },
    };
    const result = await outcome(() => work(context));
    running.delete(ticket);
    return result;
  }

  const hostOf = (job: string): JobHost => ({
    engine,
    checkpoints,
    lanes,
    tell: (told, transfer) => tell({ event: 'job', job, told }, transfer),
    call,
    shared: (ticket, work) => call(ticket, (context) => context.shared(() => work(context))),
    exclusive: (ticket, why, work) =>
      call(ticket, (context) => lanes.exclusive(why, () => work(context), context.signal)),
    helper(name) {
      const { port1, port2 } = new MessageChannel();
      const ended = new Ending();
      helpers.set(name, ended);
      tell({ event: 'helper', name, port: port2 }, [port2]);
      return { port: port1, ended };
    },
  });
  const calls: BorderCalls = {
    open: () =>
      outcome(async (): Promise<DeviceFacts> => {
        const { adapter, capabilities, timestamps, limits } = await engine.open();
        return { adapter, capabilities, timestamps, limits };
      }),
    helperEnded: (name, why) => helpers.get(name)?.end(new Error(`The worker "${name}" stopped: ${why}.`)),
    cancel: (ticket) => running.get(ticket)?.abort(new DOMException('Cancelled.', 'AbortError')),
  };
  Comlink.expose(
    { ...calls, ...Object.fromEntries(jobs.map((job) => [job.name, job.serve(hostOf(job.name))])) },
    scope,
  );
  const beat = setInterval(() => tell({ event: 'beat' }), beatMs);
  tell({ event: 'beat' });
  return () => {
    clearInterval(beat);
    engine.close();
  };
}
