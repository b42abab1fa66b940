// Entry of the worker that opens model files of other programs: the page never waits for one, and giving up ends the worker with its memory.
import { openNet, type OpenedSource } from '../graph/formats/open-net.ts';
import { ModelError } from '../graph/formats/model/model.ts';
import type { InferredGraph, Params } from '../graph/ir/graph.ts';
import { writeSafetensors } from '../graph/formats/safetensors/write.ts';
import { preparationMetadata, readPreparationMetadata } from '../graph/weights/preparation-config.ts';
import { graphParams } from '../graph/weights/weights.ts';
import { hashOf } from './weights/store.ts';

export interface ImportRequest {
  readonly file: File;
  /** Files that came with it, by whose names it may ask for weights. */
  readonly companions: readonly File[];
}

export type ImportAnswer =
  | { readonly kind: 'progress'; readonly what: string; readonly share: number }
  | {
      readonly kind: 'opened';
      readonly net: Omit<OpenedSource, 'params'>;
      /** SHA-256 of the file, hex. */
      readonly sha256: string;
      /** The file's weights as safetensors, under the graph's own names, with its preparation of pictures where it says one. */
      readonly weights: Uint8Array<ArrayBuffer> | undefined;
    }
  /** Ends a sentence that begins with the file's name, or is one of its own. */
  | { readonly kind: 'failed'; readonly message: string }
  /** The published net that the file is, proved by equal answers; the last word. */
  | { readonly kind: 'notation'; readonly found: FoundNotation | undefined };

export interface FoundNotation {
  readonly name: string;
  readonly text: string;
  /** The file's weights as safetensors, under the preset's names. */
  readonly weights: Uint8Array<ArrayBuffer>;
}

const tell = (answer: ImportAnswer, transfer: Transferable[] = []): void => self.postMessage(answer, { transfer });
/** A page redraws no faster. */
const betweenMs = 50;

async function open({ file, companions }: ImportRequest): Promise<void> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const beside = new Map(companions.map((one) => [one.name, one]));
  let told = 0;
  const { params, ...net } = openNet({
    kind: 'file',
    name: file.name,
    bytes,
    companions(name) {
      const one = beside.get(name);
      return one && new Uint8Array(new FileReaderSync().readAsArrayBuffer(one));
    },
    progress(what, share) {
      if (performance.now() - told < betweenMs) return;
      told = performance.now();
      tell({ kind: 'progress', what, share });
    },
  });
  const { graph } = net;
  const { preprocessing, labels } = readPreparationMetadata(net.file?.metadata ?? new Map());
  const preparation = preparationMetadata(preprocessing, labels);
  const stored = (of: InferredGraph, values: Params): Uint8Array<ArrayBuffer> =>
    writeSafetensors(
      new Map(graphParams(of).map(({ name, shape }) => [name, { shape, values: values.get(name)! }])),
      preparation,
    ) as Uint8Array<ArrayBuffer>;
  const weights = graph && params ? stored(graph, params) : undefined;
  const sha256 = await hashOf(bytes);
  tell({ kind: 'opened', net, sha256, weights }, weights ? [weights.buffer] : []);
  const { presetOfImported } = await import('../graph/presets/imported.ts');
  const preset = graph && params && presetOfImported(graph, params);
  const found = preset && { name: preset.name, text: preset.text, weights: stored(preset.graph, preset.params) };
  tell({ kind: 'notation', found }, found ? [found.weights.buffer] : []);
}

self.addEventListener('message', ({ data }: MessageEvent<ImportRequest>) => {
  open(data).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    const isTooLarge = error instanceof RangeError && /allocation|length/i.test(message);
    const unread = isTooLarge ? 'needs more memory than this browser gives the page.' : `could not be read: ${message}`;
    tell({ kind: 'failed', message: error instanceof ModelError ? message : unread });
  });
});
