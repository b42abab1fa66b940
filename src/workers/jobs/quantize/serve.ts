// The job that quantizes: one net on the bench, long work that lets measurements pass; the same without a GPU in a worker of its own.
import * as Comlink from 'comlink';
import { parse } from '../../../graph/notation/parse.ts';
import { readSafetensors } from '../../../graph/formats/safetensors/read.ts';
import { preparationFor, preparePicture, type Preparation } from '../../../graph/pictures/preprocess.ts';
import { isQuantizedFile, readQuantized } from '../../../graph/quant/file.ts';
import type { QuantizedNet } from '../../../graph/quant/quantize.ts';
import { outcome } from '../../border/outcome.ts';
import type { Outcome } from '../../border/protocol.ts';
import type { CallContext, Job, JobHost } from '../../border/serve.ts';
import { pictureGraph } from '../../pictures/picture-graph.ts';
import { picturePixels } from '../../pictures/picture-pixels.ts';
import { fit, preparationOf } from '../../weights/source.ts';
import { QuantizeBench, type BenchHooks } from './bench.ts';
import type { BenchPath, BenchRequest, OpenedBench, QuantizeCalls } from './protocol.ts';

/** On the device: calls answer `unavailable` where there is none. */
export const quantize: Job = { name: 'quantize', serve: (host) => serveQuantize(host, undefined) };

/** On the CPU, and why. */
export const quantizeWithoutGpu = (why: string): Job => ({
  name: 'quantize',
  serve: (host) => serveQuantize(host, why),
});

function serveQuantize(
  { engine, checkpoints, call, shared, exclusive }: JobHost,
  cpu: string | undefined,
): QuantizeCalls {
  let bench: QuantizeBench | undefined;
  let preparation: Preparation | undefined;
  let fromFile: QuantizedNet | undefined;
  /** The net that {@link fromFile} is of, once the page said so. */
  let adoptedBy: string | undefined;
  /** Counts the nets that were put on the bench. */
  let turn = 0;

  const atBench = <T>(
    { signal, pause, progress }: CallContext,
    work: (bench: QuantizeBench, hooks: BenchHooks) => Promise<T>,
  ): Promise<T> => {
    const own = bench;
    if (!own) throw new Error('No net is on the bench.');
    const hooks = { signal, pause, onProgress: progress };
    if (cpu !== undefined) return work(own, hooks);
    return engine.use((open) => {
      own.open = open;
      return work(own, hooks);
    }, signal);
  };
  const onBench = <T>(
    ticket: number,
    work: (bench: QuantizeBench, hooks: BenchHooks) => Promise<T>,
  ): Promise<Outcome<T>> => shared(ticket, (context) => atBench(context, work));

  async function open(
    { hash, name, text, weights, preprocessing }: BenchRequest,
    { signal, progress }: CallContext,
  ): Promise<OpenedBench> {
    bench = undefined;
    const own = ++turn;
    const device = cpu === undefined ? await engine.open() : undefined;
    const graph = pictureGraph({ name, text });
    progress('Reading the weights', 0);
    const checkpoint = await checkpoints.get(weights);
    signal.throwIfAborted();
    const fitted = fit(checkpoint, graph);
    if ('mismatch' in fitted) return { fits: false, mismatch: fitted.mismatch };
    progress('Preparing the net', 0.5);
    const { facts } = checkpoint;
    const { architecture } = parse(text);
    const given =
      preparationOf(checkpoint, fitted.params, { architecture, name }, weights)?.preprocessing ?? preprocessing;
    const [, height, width] = graph.facts.get(graph.inputs[0] ?? '')?.shape as readonly number[];
    const { size: _, ...recipe } = { size: 0, ...given };
    const path: BenchPath = device
      ? { kind: 'webgpu', adapter: device.adapter, packedDot: device.capabilities.packedDot }
      : { kind: 'cpu', why: cpu ?? '' };
    const made = new QuantizeBench(
      { hash, graph, params: fitted.params, facts: { name, text, preprocessing: recipe, imagenet: facts.imagenet } },
      device,
    );
    if (own !== turn) throw new DOMException('Another net was opened meanwhile.', 'AbortError');
    preparation = preparationFor([3, height as number, width as number], recipe);
    bench = made;
    if (adoptedBy === hash) bench.useFile(fromFile);
    return { fits: true, path, weights: facts, layers: bench.layers };
  }

  return {
    open: (ticket, request) => call(ticket, (context) => open(request, context)),
    pictures: (ticket, bitmaps) =>
      shared(ticket, async ({ pause }) => {
        const own = bench;
        if (!own) throw new Error('No net is on the bench.');
        const inputs: Float32Array[] = [];
        for (const bitmap of bitmaps) {
          inputs.push(preparePicture(await picturePixels(bitmap), preparation as Preparation));
          bitmap.close();
          await pause();
        }
        if (bench === own) bench = own.withPictures(inputs);
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
    verdict: (ticket, recipe) =>
      exclusive(ticket, 'measuring', (context) => atBench(context, (own, hooks) => own.verdict(recipe, hooks))),
    save: async (ticket, recipe) => {
      const saved = await onBench(ticket, async (own, hooks) => {
        const bytes = await own.save(recipe, hooks);
        // Read back before the page says that it is saved.
        readQuantized(bytes);
        return bytes;
      });
      return saved.ok ? Comlink.transfer(saved, [saved.value.buffer]) : saved;
    },
    load: (ticket, bytes) =>
      call(ticket, () => {
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
  };
}
