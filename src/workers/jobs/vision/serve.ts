// The job that looks at pictures: one net, one camera at a time, the last picture remembered.
import * as Comlink from 'comlink';
import type { GivenNet } from '../../../graph/notation/check.ts';
import { seenPicture, type Preparation } from '../../../graph/pictures/preprocess.ts';
import { classMap, findPooling } from '../../../graph/tasks/classify/class-map.ts';
import { outcome } from '../../border/outcome.ts';
import type { Outcome } from '../../border/protocol.ts';
import type { Job, JobHost } from '../../border/serve.ts';
import { picturePixels } from '../../pictures/picture-pixels.ts';
import { lookUp } from '../../weights/hub.ts';
import { deleteWeights, fetchWeights, listWeights } from '../../weights/store.ts';
import { VisionCamera } from './camera.ts';
import { hear } from './hear.ts';
import { judgeCalls } from './judging.ts';
import { liveCalls } from './live/serve.ts';
import type { ReferenceJob } from '../../engine/reference-job.ts';
import { NetSeat } from './net-seat.ts';
import type { Look, VisionCalls, VisionEvent } from './protocol.ts';
import { SecondSeat } from './second-seat.ts';
import { teachHead } from './teach-head.ts';

export const vision: Job = { name: 'vision', serve: serveVision };

function serveVision(host: JobHost): VisionCalls {
  const { engine, checkpoints, call, shared, exclusive } = host;
  const tell = (event: VisionEvent, transfer?: Transferable[]): void => host.tell(event, transfer);
  const seat = new NetSeat(host, { wasm: 'wasm', faces: 'wasm-faces' }, (path) => tell({ event: 'path', path }));
  const { net, reader, tasks } = seat;
  /** Of the net that is open: the reference worker builds it again. */
  let openedNet: GivenNet | undefined;
  let picture: ImageBitmap | undefined;

  const remember = (next: ImageBitmap): void => {
    picture?.close();
    picture = next;
  };
  const second = new SecondSeat(host);
  const camera = new VisionCamera(net, tasks, second, host.lanes, tell);

  async function lookAt(source: ImageBitmap | undefined, preparation: Preparation, signal: AbortSignal): Promise<Look> {
    if (!source) throw new Error('there is no picture yet');
    const { preparation: shown, ...first } = await tasks.look(source, preparation, { signal });
    const looked = await second.beside(first, source, { signal });
    const seen = seenPicture(await picturePixels(source), shown);
    if (!looked.task) return { ...looked, seen };
    // What is read again stays here: the page gets copies.
    const values = new Map([...looked.values].map(([node, own]) => [node, own.slice()] as const));
    return { ...looked, logits: looked.logits.slice(), values, seen };
  }
  const transferred = (look: Outcome<Look>): Outcome<Look> =>
    look.ok ? Comlink.transfer(look, buffersOf(look.value)) : look;

  return {
    ...liveCalls(host),
    ...judgeCalls(host, net, reader),
    openNet: (ticket, request) =>
      call(ticket, async (context) => {
        const opened = await seat.open(request, context);
        if (opened.fits) openedNet = request.net;
        return opened;
      }),
    openSecond: (ticket, request) => call(ticket, (context) => second.open(request, context)),
    readSecond: (settings) => outcome(() => Promise.resolve(second.again(settings))),
    async look(ticket, next, preparation) {
      remember(next);
      return transferred(await shared(ticket, ({ signal }) => lookAt(next, preparation, signal)));
    },
    async inferOnce(ticket, passing, preparation) {
      const result = await shared(ticket, ({ signal }) => net.look(passing, preparation, { signal }));
      passing.close();
      return transferred(result);
    },
    again: async (ticket, preparation) =>
      transferred(await shared(ticket, ({ signal }) => lookAt(picture, preparation, signal))),
    read: (settings) => outcome(() => Promise.resolve(reader.again(settings))),
    hear: (ticket, sound, plan) => shared(ticket, (context) => hear(net, sound, plan, context)),
    watch: (stream, settings) => camera.watch(stream, settings),
    frame: (frame, settings) => camera.offer(frame, settings),
    camera: (settings) => camera.set(settings),
    shown: (sequence) => camera.shown(sequence),
    stopCamera: () => camera.stop(),
    classMap: (ticket, classIndex, preparation) =>
      shared(ticket, async ({ signal }) => {
        const { graph, params } = net.net ?? {};
        const pooling = graph && findPooling(graph);
        if (!graph || !params || !pooling || !picture) throw new Error('this net has no map of its classes');
        const known = (await net.look(picture, preparation, { signal })).values.get(pooling.map);
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
      exclusive(ticket, 'checking layers', async ({ signal, progress }) => {
        const { graph, params } = net.net ?? {};
        if (!graph || !params || !picture || !openedNet) throw new Error('there is no picture yet');
        const { input, values } = await net.layers(picture, preparation, {
          signal,
          onProgress: (share) => progress('Running every layer on the GPU', share),
        });
        port.postMessage(
          { net: openedNet, params, input, values } satisfies ReferenceJob,
          [...values.values()].map(({ buffer }) => buffer as ArrayBuffer),
        );
        return values.size;
      }),
    teach: (ticket, classes) =>
      shared(ticket, async ({ progress, pause }) => {
        const lesson = teachHead(classes);
        for (;;) {
          const { done, value } = lesson.next();
          if (done) return value;
          progress(`Learning, loss ${value.loss.toFixed(3)}`, value.step / value.steps);
          await pause();
        }
      }),
    lookUp: (ticket, hub, hubId) => call(ticket, ({ signal }) => lookUp(hub, hubId, signal)),
    fetchWeights: (ticket, file) =>
      call(ticket, async ({ signal, progress }) => {
        const onProgress = (bytes: number): void => progress('Fetching', bytes / file.bytes);
        const stored = await fetchWeights(file, { signal, onProgress });
        checkpoints.forget({ kind: 'stored', id: stored.id });
        return stored;
      }),
    listWeights: () => outcome(listWeights),
    deleteWeights: (id) => {
      checkpoints.forget({ kind: 'stored', id });
      return outcome(() => deleteWeights(id).then(listWeights));
    },
    objects: () => Promise.resolve(engine.objects && { ...engine.objects }),
  };
}

const buffersOf = ({ logits, values, seen }: Look): Transferable[] =>
  [logits, ...values.values(), ...(seen ? [seen] : [])].map(({ buffer }) => buffer as ArrayBuffer);
