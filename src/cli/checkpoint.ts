// The weights that a net runs with on the command line: the embedded model's or a file's, how pictures are prepared for them, and their labels.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { embeddedNet, parseEmbeddedModel, type EmbeddedModel } from '../graph/weights/embedded.ts';
import { readSafetensors, SafetensorsError } from '../graph/formats/safetensors/read.ts';
import type { InferredGraph } from '../graph/ir/graph.ts';
import { imagenetClasses, parseLabels, saysImagenet } from '../graph/tasks/classify/labels.ts';
import type { Preprocessing } from '../graph/pictures/preprocess.ts';
import type { ResolvedPreset } from '../graph/presets/resolve.ts';
import { describeMismatch, loadWeights, type Params } from '../graph/weights/weights.ts';
import { readBytes } from './files.ts';
import { NetError, UsageError } from './verb.ts';

export interface Checkpoint {
  readonly params: Params;
  /** For the report: file and origin. */
  readonly source: string;
  readonly preprocessing: Partial<Preprocessing>;
  /** One a class; undefined where it is not known what the classes are. */
  readonly labels: readonly string[] | undefined;
}

export interface CheckpointRequest {
  readonly graph: InferredGraph;
  /** Undefined for a net from a file. */
  readonly preset: ResolvedPreset | undefined;
  readonly file: string | undefined;
  /** `imagenet`: the user says so; `none`: show numbers; undefined: labels where the checkpoint says that it is ImageNet's. */
  readonly labels: 'imagenet' | 'none' | undefined;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Path of a file of public/models, found above this file or the bundle made of it. */
function modelPath(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'public', 'models')) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, 'public', 'models', name);
}

/** Throws {@link UsageError} when there are no weights or they cannot be read, {@link NetError} when they are another net's. */
export function openCheckpoint(request: CheckpointRequest): Checkpoint {
  const { graph, preset, file } = request;
  const embedded = parseEmbeddedModel(readFileSync(modelPath(`${embeddedNet}.json`), 'utf8'));
  const path = file ?? (preset?.preset?.name === embeddedNet && preset.exact ? modelPath(embedded.file) : undefined);
  if (path === undefined) throw new UsageError(howToGetWeights(graph.name, preset));
  const bytes = readBytes(path);
  const isEmbedded = sha256(bytes) === embedded.sha256;
  if (file === undefined && !isEmbedded) {
    throw new UsageError(
      `${embedded.file} is not the file that shipped: its SHA-256 should begin with ${embedded.sha256.slice(0, 12)}. Restore it from the repository.`,
    );
  }
  const { params, metadata } = readParams(bytes, graph, path);
  const names = [graph.name, preset?.name ?? '', basename(path), ...metadata];
  return {
    params,
    source: isEmbedded ? `${embedded.file}: ${embedded.source}, ${embedded.licence}` : path,
    preprocessing: isEmbedded ? embedded.preprocessing : (preset?.checkpoint?.preprocessing ?? {}),
    labels: labelsOf(request, embedded, isEmbedded || saysImagenet(names)),
  };
}

function readParams(
  bytes: Uint8Array,
  graph: InferredGraph,
  path: string,
): { params: Params; metadata: Iterable<string> } {
  try {
    const { tensors, metadata } = readSafetensors(bytes);
    const loaded = loadWeights(graph, tensors);
    if ('params' in loaded) return { params: loaded.params, metadata: metadata.values() };
    const lines = [
      `${path} holds weights of another net than ${graph.name}; nothing was loaded.`,
      ...describeMismatch(loaded),
    ];
    throw new NetError(lines.join('\n  '));
  } catch (error) {
    if (error instanceof SafetensorsError) throw new UsageError(`${path} cannot be read: ${error.message}.`);
    throw error;
  }
}

function labelsOf(
  { graph, labels }: CheckpointRequest,
  embedded: EmbeddedModel,
  isImagenet: boolean,
): readonly string[] | undefined {
  const classes = graph.facts.get(graph.outputs[0] ?? '')?.shape.at(-1);
  if (labels === 'imagenet' && classes !== imagenetClasses) {
    throw new UsageError(`--labels imagenet: ${graph.name} has ${classes ?? 0} classes, ImageNet-1k has 1,000.`);
  }
  if (labels === 'none' || classes !== imagenetClasses || !(isImagenet || labels === 'imagenet')) return undefined;
  return imagenetLabels(embedded);
}

/** Names of the thousand classes. */
export const imagenetLabels = (
  embedded = parseEmbeddedModel(readFileSync(modelPath(`${embeddedNet}.json`), 'utf8')),
): readonly string[] => parseLabels(readFileSync(modelPath(embedded.labels), 'utf8'), imagenetClasses);

function howToGetWeights(net: string, preset: ResolvedPreset | undefined): string {
  const hubId = preset?.exact ? preset.checkpoint?.hubId : undefined;
  const ships = `Only ${embeddedNet} has weights that ship with Bottleneck.`;
  if (hubId === undefined)
    return `${net} has no published weights that Bottleneck knows: give your own with --weights FILE.safetensors. ${ships}`;
  return `the weights of ${net} are not here: download model.safetensors of ${hubId} from the Hugging Face hub and give it with --weights FILE. ${ships}`;
}
