// The worker's side of quantize-protocol.ts: calls that never reject, one net on the bench, the work interruptible between layers.
import * as Comlink from 'comlink';
import { preparationFor, preparePicture, type Preparation } from '../../../graph/pictures/preprocess.ts';
import { isQuantizedFile, readQuantized } from '../../../graph/quant/file.ts';
import { readSafetensors } from '../../../graph/formats/safetensors/read.ts';
import type { QuantizedNet } from '../../../graph/quant/quantize.ts';
import { NoDeviceError } from '../../engine/device.ts';
import { Engine } from '../../engine/engine.ts';
import { outcome } from '../../border/outcome.ts';
import { pictureGraph } from '../vision/picture-graph.ts';
import { picturePixels } from '../vision/picture-pixels.ts';
import { beatMs, type Outcome } from '../../border/protocol.ts';
import { QuantizeBench, type BenchHooks } from './bench.ts';
import type { BenchPath, BenchRequest, OpenedBench, QuantizeCalls, QuantizeEvent } from './protocol.ts';
import { Tickets } from '../../border/tickets.ts';
import { fit, openCheckpoint } from '../../weights/source.ts';

export type QuantizeScope = Comlink.Endpoint & { postMessage(message: QuantizeEvent): void };

/** Share of the time that work may take without letting messages in, milliseconds. */
const sliceMs = 40;

export function serveQuantize(scope: QuantizeScope, gpu: () => GPU | undefined): void {
  const tell = (event: QuantizeEvent): void => scope.postMessage(event);
  const tickets = new Tickets();
  const engine = new Engine({ gpu, device: { onUncapturedError: (message) => tell({ event: 'gpu-error', message }) } });
  let bench: QuantizeBench | undefined;
  let preparation: Preparation | undefined;
  let fromFile: QuantizedNet | undefined;
  /** The net that {@link fromFile} is of, once the page said so. */
  let adoptedBy: string | undefined;

  /** Jobs use one device and one set of pictures: each waits for the one before. */
  let before: Promise<unknown> = Promise.resolve();
  const job = <T>(ticket: number, work: (hooks: BenchHooks) => Promise<T>): Promise<Outcome<T>> =>
    tickets.run(ticket, (signal) => {
      let since = performance.now();
      const pause = async (): Promise<void> => {
        signal.throwIfAborted();
        if (performance.now() - since < sliceMs) return;
        await new Promise((resolve) => setTimeout(resolve));
        since = performance.now();
        signal.throwIfAborted();
      };
      const onProgress = (what: string, share: number): void => tell({ event: 'progress', ticket, what, share });
      const turn = before.then(async () => {
        signal.throwIfAborted();
        try {
          return await work({ signal, pause, onProgress });
        } catch (error) {
          // What a lost device's reads reject with has the name of a cancelled call.
          if (!signal.aborted && error instanceof DOMException && error.name === 'AbortError')
            throw new Error('The GPU was lost on the way. Start it again.', { cause: error });
          throw error;
        }
      });
      before = turn.catch(() => undefined);
      return turn;
    });
  const onBench = <T>(
    ticket: number,
    work: (bench: QuantizeBench, hooks: BenchHooks) => Promise<T>,
  ): Promise<Outcome<T>> =>
    job(ticket, async (hooks) => {
      if (!bench) throw new Error('No net is on the bench.');
      if (bench.open) bench.open = await engine.open();
      return work(bench, hooks);
    });

  async function open(
    { hash, name, text, weights, preprocessing }: BenchRequest,
    { signal, onProgress }: BenchHooks,
  ): Promise<OpenedBench> {
    bench = undefined;
    const graph = pictureGraph(text, name);
    onProgress('Reading the weights', 0);
    const checkpoint = await openCheckpoint(weights as Parameters<typeof openCheckpoint>[0]);
    signal.throwIfAborted();
    const fitted = fit(checkpoint, graph);
    if ('mismatch' in fitted) return { fits: false, mismatch: fitted.mismatch };
    onProgress('Preparing the net', 0.5);
    const { facts } = checkpoint;
    const own = facts.embedded?.preprocessing ?? preprocessing;
    const [, height, width] = graph.facts.get(graph.inputs[0] ?? '')?.shape as readonly number[];
    const { size: _, ...recipe } = { size: 0, ...own };
    preparation = preparationFor([3, height as number, width as number], recipe);
    let path: BenchPath;
    const device = await engine.open().catch((error: unknown) => {
      if (error instanceof NoDeviceError) return error;
      throw error;
    });
    if (device instanceof NoDeviceError) path = { kind: 'cpu', why: device.message };
    else path = { kind: 'webgpu', adapter: device.adapter, packedDot: device.capabilities.packedDot };
    bench = new QuantizeBench(
      {
        hash,
        graph,
        params: fitted.params,
        facts: { name, text, preprocessing: recipe, imagenet: facts.imagenet },
      },
      device instanceof NoDeviceError ? undefined : device,
    );
    if (adoptedBy === hash) bench.useFile(fromFile);
    return { fits: true, path, weights: facts, layers: bench.layers };
  }

  const calls: QuantizeCalls = {
    open: (ticket, request) => job(ticket, (hooks) => open(request, hooks)),
    pictures: (ticket, bitmaps) =>
      onBench(ticket, async (own, { pause }) => {
        const inputs: Float32Array[] = [];
        for (const bitmap of bitmaps) {
          inputs.push(preparePicture(await picturePixels(bitmap), preparation as Preparation));
          bitmap.close();
          await pause();
        }
        own.usePictures(inputs);
        return inputs.length;
      }),
    compare: (ticket, treatment) => onBench(ticket, (own, hooks) => own.compare(treatment, hooks)),
    spread: (value, equalized) =>
      outcome(() => {
        if (!bench) throw new Error('No net is on the bench.');
        return Promise.resolve(bench.spread(value, equalized));
      }),
    assess: (ticket, recipe) => onBench(ticket, (own, hooks) => own.assess(recipe, hooks)),
    rank: (ticket, recipe) => onBench(ticket, (own, hooks) => own.rank(recipe, hooks)),
    agreement: (ticket, recipe) => onBench(ticket, (own, hooks) => own.agreement(recipe, hooks)),
    until: (ticket, recipe, ranking, target) =>
      onBench(ticket, (own, hooks) => own.until(recipe, ranking, target, hooks)),
    verdict: (ticket, recipe) => onBench(ticket, (own, hooks) => own.verdict(recipe, hooks)),
    save: async (ticket, recipe) => {
      const saved = await onBench(ticket, (own, hooks) => own.save(recipe, hooks));
      return saved.ok ? Comlink.transfer(saved, [saved.value.buffer]) : saved;
    },
    load: (ticket, bytes) =>
      job(ticket, () => {
        const file = readSafetensors(bytes);
        if (!isQuantizedFile(file))
          throw new Error('This file holds plain weights, not a quantized net. Load it in Try, under Weights.');
        const { net, facts } = readQuantized(file);
        fromFile = net;
        return Promise.resolve({ name: facts.name, text: facts.architecture, recipe: net.recipe });
      }),
    adopt(hash) {
      adoptedBy = hash;
      bench?.useFile(hash === bench.hash ? fromFile : undefined);
    },
    cancel: (ticket) => tickets.cancel(ticket),
  };
  Comlink.expose(calls, scope);
  setInterval(() => tell({ event: 'beat' }), beatMs);
  tell({ event: 'beat' });
}
