// The worker's side of the border: an engine behind calls that never throw.
import * as Comlink from 'comlink';
import type { Tensors } from '../../gpu-kernels/packing/weight-expr.ts';
import { Engine } from '../engine/engine.ts';
import { measureNet, planNet, type Measurement } from '../jobs/measure/measure.ts';
import { measurePeaks } from '../engine/peaks.ts';
import { outcome } from './outcome.ts';
import {
  beatMs,
  type DeviceFacts,
  type EngineCalls,
  type EngineEvent,
  type OpenOptions,
  type Outcome,
} from './protocol.ts';
import { Tickets } from './tickets.ts';

/** What a worker is to this file: the global scope of a real one, or a port. */
export type WorkerScope = Comlink.Endpoint & { postMessage(message: EngineEvent): void };

/** Serves engine calls on `scope` with the WebGPU that `gpu` gives. Returns what stops it. */
export function serveEngine(scope: WorkerScope, gpu: () => GPU | undefined): () => void {
  const tell = (event: EngineEvent): void => scope.postMessage(event);
  const tickets = new Tickets();
  let engine: Engine | undefined;
  let opened: DeviceFacts | undefined;
  /** Where the progress of the load under way goes. */
  let onLoad: (share: number) => void = () => undefined;

  const engineFor = (options: OpenOptions = {}): Engine =>
    (engine ??= new Engine({
      gpu,
      device: { ...options, onUncapturedError: (message) => tell({ event: 'gpu-error', message }) },
      onState: (state, detail) => tell({ event: 'state', state, detail }),
      onProgress: (done, total) => onLoad(done / total),
    }));

  const cancellable = tickets.run.bind(tickets);

  const calls: EngineCalls = {
    open: (options) =>
      outcome(async () => {
        const { adapter, capabilities, timestamps, limits } = await engineFor(options).open();
        opened = { adapter, capabilities, timestamps, limits };
        return opened;
      }),
    load(ticket, plan, tensors) {
      onLoad = (share) => tell({ event: 'progress', ticket, share });
      const find: Tensors = (name) => {
        const data = tensors.get(name);
        if (!data) throw new Error(`the checkpoint has no tensor "${name}"`);
        return data;
      };
      return outcome(() => engineFor().load(plan, find));
    },
    async run(ticket, inputs, read) {
      const start = performance.now();
      const result = await cancellable(ticket, (signal) => engineFor().run(inputs, { read, signal }));
      if (!result.ok) return result;
      const value = { outputs: result.value, ms: performance.now() - start };
      return Comlink.transfer<Outcome<typeof value>>(
        { ok: true, value },
        result.value.map((output) => output.buffer),
      );
    },
    profile: (ticket, inputs, runs) =>
      cancellable(ticket, (signal) =>
        engineFor().profile(inputs, {
          runs,
          signal,
          onProgress: (share) => tell({ event: 'progress', ticket, share }),
        }),
      ),
    plan: (name, text) => outcome(() => Promise.resolve(planNet({ name, text, precision: 'f32' }, opened))),
    measure: (ticket, job) =>
      cancellable(ticket, (signal) => {
        const onProgress = (what: string, share: number): void => tell({ event: 'progress', ticket, share, what });
        onLoad = (share) => onProgress('Compiling shaders', 0.05 + 0.35 * share);
        const onFirst = (first: Measurement): void => tell({ event: 'first', ticket, first });
        return measureNet(engineFor(), job, { signal, onProgress, onFirst });
      }),
    peaks: (ticket) =>
      cancellable(ticket, async (signal) =>
        measurePeaks(await engineFor().open(), {
          signal,
          onProgress: (share) => tell({ event: 'progress', ticket, share, what: 'Running benchmarks' }),
        }),
      ),
    cancel: (ticket) => tickets.cancel(ticket),
    close() {
      engine?.close();
      engine = undefined;
    },
  };
  Comlink.expose(calls, scope);
  const beat = setInterval(() => tell({ event: 'beat' }), beatMs);
  tell({ event: 'beat' });
  return () => {
    clearInterval(beat);
    calls.close();
  };
}
