// The worker's side of vision-protocol.ts: calls that never reject, one camera at a time, the last picture remembered.
import * as Comlink from 'comlink';
import { classMap, findPooling } from '../../../graph/tasks/classify/class-map.ts';
import { seenPicture, type Preparation } from '../../../graph/pictures/preprocess.ts';
import { fetchWeights, listWeights, deleteWeights } from '../../weights/store.ts';
import { lookUp } from '../../weights/hub.ts';
import { outcome } from '../../border/outcome.ts';
import { Tickets } from '../../border/tickets.ts';
import { picturePixels } from './picture-pixels.ts';
import { beatMs, type Outcome } from '../../border/protocol.ts';
import { teachHead } from './teach-head.ts';
import { VisionCamera } from './camera.ts';
import { pictureGraph } from './picture-graph.ts';
import { VisionNet } from './net.ts';
import type {
  Look,
  NetRequest,
  OpenedNet,
  ReferenceJob,
  VisionCalls,
  VisionEvent,
  VisionStart,
  WeightsRef,
} from './protocol.ts';
import { fit, openCheckpoint, type Checkpoint } from '../../weights/source.ts';

export type VisionScope = Comlink.Endpoint & { postMessage(message: VisionEvent, transfer?: Transferable[]): void };

export interface VisionServeOptions extends VisionStart {
  readonly gpu: () => GPU | undefined;
}

/** Share of the time between two progress reports that work may take without letting messages in, milliseconds. */
const sliceMs = 40;
const yieldToMessages = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

export function serveVision(scope: VisionScope, options: VisionServeOptions): void {
  const tell = (event: VisionEvent, transfer: Transferable[] = []): void => scope.postMessage(event, transfer);
  const net = new VisionNet({
    ...options,
    onPath: (path) => tell({ event: 'path', path }),
    onGpuError: (message) => tell({ event: 'gpu-error', message }),
  });
  const tickets = new Tickets();
  let checkpoint: { readonly key: string; readonly opened: Checkpoint } | undefined;
  /** Of the net that is open: the reference worker builds it again. */
  let openedText = '';
  let picture: ImageBitmap | undefined;

  const remember = (next: ImageBitmap): void => {
    picture?.close();
    picture = next;
  };
  const camera = new VisionCamera(net, tell);

  const cancellable = tickets.run.bind(tickets);
  const progress = (ticket: number, what: string, share: number): void =>
    tell({ event: 'progress', ticket, what, share });

  async function checkpointOf(ref: WeightsRef): Promise<Checkpoint> {
    const key = JSON.stringify(ref.kind === 'file' ? { kind: ref.kind, name: ref.name } : ref);
    if (checkpoint?.key === key && !(ref.kind === 'file' && ref.bytes)) return checkpoint.opened;
    if (ref.kind === 'file' && !ref.bytes) throw new Error(`"${ref.name}" is no longer here; drop it again.`);
    const opened = await openCheckpoint(ref as Parameters<typeof openCheckpoint>[0]);
    checkpoint = { key, opened };
    return opened;
  }

  async function openNet(
    ticket: number,
    { name, text, weights, keep }: NetRequest,
    signal: AbortSignal,
  ): Promise<OpenedNet> {
    const graph = pictureGraph(text, name);
    progress(ticket, 'Reading the weights', 0);
    const opened = await checkpointOf(weights);
    signal.throwIfAborted();
    const fitted = fit(opened, graph);
    if ('mismatch' in fitted) return { fits: false, mismatch: fitted.mismatch };
    progress(ticket, 'Preparing the net', 0.5);
    const path = await net.load(graph, fitted.params, keep);
    openedText = text;
    return { fits: true, path, weights: opened.facts };
  }

  async function lookAt(source: ImageBitmap | undefined, preparation: Preparation, signal: AbortSignal): Promise<Look> {
    if (!source) throw new Error('there is no picture yet');
    const looked = await net.look(source, preparation, signal);
    return { ...looked, seen: seenPicture(await picturePixels(source), preparation) };
  }
  const transferred = (look: Outcome<Look>): Outcome<Look> =>
    look.ok ? Comlink.transfer(look, buffersOf(look.value)) : look;

  const calls: VisionCalls = {
    openNet: (ticket, request) => cancellable(ticket, (signal) => openNet(ticket, request, signal)),
    async look(ticket, next, preparation) {
      remember(next);
      return transferred(await cancellable(ticket, (signal) => lookAt(next, preparation, signal)));
    },
    async glance(ticket, passing, preparation) {
      const result = await cancellable(ticket, (signal) => net.look(passing, preparation, signal));
      passing.close();
      return transferred(result);
    },
    again: async (ticket, preparation) =>
      transferred(await cancellable(ticket, (signal) => lookAt(picture, preparation, signal))),
    watch: (stream, settings) => camera.watch(stream, settings),
    frame: (frame, settings) => camera.offer(frame, settings),
    camera: (settings) => camera.set(settings),
    shown: (sequence) => camera.shown(sequence),
    stopCamera: () => camera.stop(),
    classMap: (ticket, classIndex, preparation) =>
      cancellable(ticket, async (signal) => {
        const { graph, params } = net.net ?? {};
        const pooling = graph && findPooling(graph);
        if (!graph || !params || !pooling || !picture) throw new Error('this net has no map of its classes');
        const known = (await net.look(picture, preparation, signal)).values.get(pooling.map);
        if (!known) throw new Error('the map before the pooling was not asked for');
        return {
          height: pooling.height,
          width: pooling.width,
          values: classMap(graph, params, pooling, known, classIndex),
        };
      }),
    parameter: (name) =>
      outcome(() => {
        const values = net.net?.params.get(name);
        return values ? Promise.resolve(values.slice()) : Promise.reject(new Error(`the weights have no "${name}"`));
      }),
    verify: (ticket, preparation, port) =>
      cancellable(ticket, async (signal) => {
        const { graph, params } = net.net ?? {};
        if (!graph || !params || !picture) throw new Error('there is no picture yet');
        const { input, values } = await net.layers(picture, preparation, {
          signal,
          onProgress: (share) => progress(ticket, 'Running every layer on the GPU', share),
        });
        port.postMessage(
          { name: graph.name, text: openedText, params, input, values } satisfies ReferenceJob,
          [...values.values()].map(({ buffer }) => buffer as ArrayBuffer),
        );
        return values.size;
      }),
    teach: (ticket, classes) =>
      cancellable(ticket, async (signal) => {
        const lesson = teachHead(classes);
        let since = performance.now();
        for (;;) {
          const { done, value } = lesson.next();
          if (done) return value;
          if (performance.now() - since < sliceMs) continue;
          progress(ticket, `Learning, loss ${value.loss.toFixed(3)}`, value.step / value.steps);
          await yieldToMessages();
          signal.throwIfAborted();
          since = performance.now();
        }
      }),
    lookUp: (ticket, hub, hubId) => cancellable(ticket, (signal) => lookUp(hub, hubId, signal)),
    fetchWeights: (ticket, file) =>
      cancellable(ticket, (signal) =>
        fetchWeights(file, { signal, onProgress: (bytes) => progress(ticket, 'Fetching', bytes / file.bytes) }),
      ),
    listWeights: () => outcome(listWeights),
    deleteWeights: (id) => outcome(() => deleteWeights(id).then(listWeights)),
    objects: () => Promise.resolve(net.objects && { ...net.objects }),
    cancel: (ticket) => tickets.cancel(ticket),
  };

  Comlink.expose(calls, scope);
  setInterval(() => tell({ event: 'beat' }), beatMs);
  tell({ event: 'beat' });
}

export const buffersOf = ({ logits, values, seen }: Look): Transferable[] =>
  [logits, ...values.values(), ...(seen ? [seen] : [])].map(({ buffer }) => buffer as ArrayBuffer);
