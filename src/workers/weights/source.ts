// A checkpoint, wherever it comes from, as tensors with facts: one that ships (hash checked), a stored one, a dropped one, or made-up numbers.
import { parseEmbeddedModel, shippedPreparation } from '../../graph/weights/embedded.ts';
import { countNonFinite, readSafetensors, type StoredTensor } from '../../graph/formats/safetensors/read.ts';
import { generateTensor } from '../../graph/inspect/golden.ts';
import type { InferredGraph, Params } from '../../graph/ir/graph.ts';
import { saysImagenet } from '../../graph/tasks/classify/labels.ts';
import type { Architecture } from '../../graph/architecture.ts';
import { recognizeNet, type RecognizedNet } from '../../graph/presets/recognize.ts';
import { findPreparation, type FoundPreparation } from '../../graph/weights/preparation.ts';
import { describeMismatch, graphParams, loadWeights, type Loaded } from '../../graph/weights/weights.ts';
import { fetchKept } from './kept-file.ts';
import type { WeightsFacts, WeightsRef } from './protocol.ts';
import { hashOf, listWeights, readWeights } from './store.ts';

export interface Checkpoint {
  readonly facts: WeightsFacts;
  /** Undefined for made-up weights: they fit every net. */
  readonly tensors: ReadonlyMap<string, StoredTensor> | undefined;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Seed of made-up weights: the same as the profile's. */
const salt = 'profile';

const madeUp: Checkpoint = {
  facts: {
    kind: 'made-up',
    name: 'made-up',
    source: 'random numbers, the same on every machine',
    bytes: 0,
    sha256: '',
    imagenet: false,
    nonFinite: 0,
  },
  tensors: undefined,
  metadata: new Map(),
};

/** Reads and checks. Rejects with Error (SafetensorsError for a damaged file); the message is a sentence. */
export async function openCheckpoint(
  ref:
    | Exclude<WeightsRef, { kind: 'file' }>
    | { readonly kind: 'file'; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> },
): Promise<Checkpoint> {
  switch (ref.kind) {
    case 'made-up':
      return madeUp;
    case 'embedded':
      return embedded(ref.url);
    case 'stored': {
      const stored = (await listWeights()).find(({ id }) => id === ref.id);
      if (!stored) throw new Error('These weights are no longer stored; fetch them again.');
      const bytes = await readWeights(stored);
      const source = `${stored.hubId} at ${stored.revision.slice(0, 7)}, Hugging Face hub`;
      return checkpoint(
        bytes,
        {
          kind: 'stored',
          name: stored.hubId,
          source,
          sha256: stored.sha256,
          ...(stored.licence && { licence: stored.licence }),
        },
        [stored.hubId],
      );
    }
    case 'file': {
      const sha256 = await hashOf(ref.bytes);
      return checkpoint(ref.bytes, { kind: 'file', name: ref.name, source: 'a file of yours', sha256 }, [ref.name]);
    }
  }
}

function checkpoint(
  bytes: Uint8Array,
  facts: Pick<WeightsFacts, 'kind' | 'name' | 'source' | 'sha256' | 'licence' | 'embedded'>,
  names: readonly string[],
): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes);
  let nonFinite = 0;
  for (const tensor of tensors.values()) {
    const { nan, infinite } = countNonFinite(tensor);
    nonFinite += nan + infinite;
  }
  const imagenet = facts.embedded?.top1Published !== undefined || saysImagenet([...names, ...metadata.values()]);
  return { facts: { ...facts, bytes: bytes.length, imagenet, nonFinite }, tensors, metadata };
}

async function embedded(url: string): Promise<Checkpoint> {
  const model = parseEmbeddedModel(await (await fetched(url)).text());
  const bytes = new Uint8Array(await (await fetched(new URL(model.file, url).href)).arrayBuffer());
  const sha256 = await hashOf(bytes);
  if (sha256 !== model.sha256) {
    throw new Error(
      `${model.file} arrived damaged: its SHA-256 begins with ${sha256.slice(0, 12)}, not ${model.sha256.slice(0, 12)}. Reload the page to fetch it again.`,
    );
  }
  return checkpoint(
    bytes,
    { kind: 'embedded', name: model.file, source: model.source, licence: model.licence, sha256, embedded: model },
    [],
  );
}

async function fetched(url: string): Promise<Response> {
  const response = await fetchKept(url).catch(() => undefined);
  if (response?.ok) return response;
  const file = new URL(url).pathname.split('/').at(-1) ?? url;
  // Weights are left out of what the page keeps on its first visit: they come with their first use.
  const isOffline = response === undefined && !navigator.onLine;
  throw new Error(
    isOffline
      ? `The file ${file} comes with the first use of Try, and this browser is offline. Connect once; afterwards it is there without a connection. A weights file of your own opens offline too.`
      : `The file ${file} could not be loaded from this page; check the connection and try again.`,
  );
}

/** The net's parameters, or what does not fit, in sentences, and the nets that would. */
export function fit(
  { tensors, metadata, facts }: Checkpoint,
  graph: InferredGraph,
):
  | Pick<Loaded, 'params' | 'notes'>
  | { readonly mismatch: readonly string[]; readonly offers: readonly RecognizedNet[]; readonly unsound: boolean } {
  if (!tensors) {
    const made = graphParams(graph).map(({ name, shape }) => [name, generateTensor(salt, name, shape)] as const);
    return { params: new Map(made), notes: [] };
  }
  const loaded = loadWeights(graph, tensors);
  if ('params' in loaded) return loaded;
  const offers = loaded.fitsByName ? [] : recognizeNet(tensors, [facts.name, ...metadata.values()]);
  return { mismatch: describeMismatch(loaded), offers, unsound: loaded.fitsByName === true };
}

/** How pictures are prepared for a checkpoint in a net. `document`: its text's architecture and name; `reference`: what came with the weights. */
export function preparationOf(
  { facts, metadata }: Checkpoint,
  params: Params,
  document: { readonly architecture: Architecture; readonly name: string },
  reference: WeightsRef,
): FoundPreparation | undefined {
  if (facts.kind === 'made-up') return undefined;
  return findPreparation({
    architecture: document.architecture,
    names: [facts.name, document.name, ...metadata.values()],
    metadata,
    ...(reference.kind === 'file' && reference.configs && { configs: reference.configs }),
    known: shippedPreparation(params),
  });
}
