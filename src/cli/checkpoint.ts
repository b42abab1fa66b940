// The weights that a net runs with on the command line: the embedded model's or a file's, how pictures are prepared for them, and their labels.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  parseEmbeddedModel,
  shippedModels,
  shippedPreparation,
  type EmbeddedModel,
} from '../graph/weights/embedded.ts';
import { readSafetensors, SafetensorsError } from '../graph/formats/safetensors/read.ts';
import type { Architecture } from '../graph/architecture.ts';
import type { InferredGraph, Params } from '../graph/ir/graph.ts';
import { imagenetClasses, imagenetNames, parseLabels, saysImagenet } from '../graph/tasks/classify/labels.ts';
import type { Preprocessing } from '../graph/pictures/preprocess.ts';
import { labelSetOf } from '../graph/presets/same-net.ts';
import { shippedModelOf } from '../graph/presets/shipped.ts';
import { isQuantizedFile } from '../graph/quant/file.ts';
import { recognizedSentence, recognizeNet } from '../graph/presets/recognize.ts';
import type { ResolvedPreset } from '../graph/presets/resolve.ts';
import { findPreparation } from '../graph/weights/preparation.ts';
import { describeMismatch, loadWeights, type Loaded } from '../graph/weights/weights.ts';
import { readBytes } from './files.ts';
import { configsBeside } from './preparation-options.ts';
import { NetError, UsageError } from './verb.ts';

export interface LoadedCheckpoint {
  readonly params: Params;
  /** For the report: file and origin. */
  readonly source: string;
  readonly preprocessing: Partial<Preprocessing>;
  /** One a class; undefined where it is not known what the classes are. */
  readonly labels: readonly string[] | undefined;
  /** What the user should know of names and preparation, a sentence each. */
  readonly notes: readonly string[];
  /** Where the preparation is from, or that it is assumed: part of a report. */
  readonly prepared: string;
  /** The preparation is a guess, for a net of which nothing is published. */
  readonly assumed: boolean;
}

export interface CheckpointRequest {
  readonly graph: InferredGraph;
  readonly architecture: Architecture;
  /** Undefined for a net from a file. */
  readonly preset: ResolvedPreset | undefined;
  readonly file: string | undefined;
  /** `imagenet`: the user says so; `none`: show numbers; undefined: labels where the checkpoint says that it is ImageNet's. */
  readonly labels: 'imagenet' | 'none' | undefined;
  /** The user's own preparation; parts of it replace the checkpoint's. */
  readonly preparation?: Partial<Preprocessing>;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Path of a file of public/models, found above this file or the bundle made of it. */
function modelPath(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'public', 'models')) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, 'public', 'models', name);
}

const embeddedModel = (name: string): EmbeddedModel =>
  parseEmbeddedModel(readFileSync(modelPath(`${name}.json`), 'utf8'));

/** Throws {@link UsageError} when there are no weights or they cannot be read, {@link NetError} when they are another net's. */
export function openCheckpoint(request: CheckpointRequest): LoadedCheckpoint {
  const { graph, preset, file } = request;
  const model = shippedModelOf(request.architecture);
  const ships = model === undefined ? undefined : embeddedModel(model);
  const path = file ?? (ships && modelPath(ships.file));
  if (path === undefined) throw new UsageError(howToGetWeights(graph.name, preset));
  const bytes = readBytes(path);
  const embedded = ships && sha256(bytes) === ships.sha256 ? ships : undefined;
  if (file === undefined && ships && !embedded) {
    throw new UsageError(
      `${ships.file} is not the file that shipped: its SHA-256 should begin with ${ships.sha256.slice(0, 12)}. Restore it from the repository.`,
    );
  }
  const { loaded, metadata } = readParams(bytes, graph, path);
  const { params, notes } = loaded;
  const hubId = preset?.checkpoint?.hubId ?? '';
  const names = [graph.name, preset?.name ?? '', hubId, basename(path), ...metadata.values()];
  // The same values in another file or precision are the same checkpoint.
  const known = shippedPreparation(params);
  const found = findPreparation({
    architecture: request.architecture,
    names: [basename(path), preset?.name ?? '', basename(graph.name), ...metadata.values()],
    metadata,
    configs: file === undefined ? [] : configsBeside(file),
    known,
  });
  const given = request.preparation ?? {};
  // Who gives mean and std knows.
  const told = given.mean !== undefined && given.std !== undefined;
  return {
    params,
    source: embedded ? `${embedded.file}: ${embedded.source}, ${embedded.licence}` : path,
    preprocessing: { ...found.preprocessing, ...given },
    labels: labelsOf(request, known !== undefined || saysImagenet(names), found.labels),
    // A net of one's own is told of in the report; a published one with other values than the user may think, at once.
    notes: [...notes, ...(found.note !== undefined && !told && !found.own ? [found.note] : [])],
    assumed: !told && found.own === true,
    prepared: told
      ? 'as the options say'
      : found.own
        ? 'not known for these weights: ImageNet’s usual values are assumed; --mean, --std, --crop and --interpolation say otherwise'
        : `as for ${found.from}`,
  };
}

function readParams(
  bytes: Uint8Array,
  graph: InferredGraph,
  path: string,
): { loaded: Loaded; metadata: ReadonlyMap<string, string> } {
  try {
    const { tensors, metadata } = readSafetensors(bytes);
    if (isQuantizedFile({ metadata }))
      throw new UsageError(`"${path}" is a quantized net (int8), which has its own text: give it in place of the net.`);
    const loaded = loadWeights(graph, tensors);
    if ('params' in loaded) return { loaded, metadata };
    if (loaded.fitsByName) throw new NetError(`${path} cannot be used: ${describeMismatch(loaded).join('; ')}.`);
    const known = recognizedSentence(recognizeNet(tensors, [basename(path), ...metadata.values()]));
    const lines = [
      `${path} holds weights of another net than ${graph.name}; nothing was loaded.`,
      ...describeMismatch(loaded),
      ...(known === undefined ? [] : [known]),
    ];
    throw new NetError(lines.join('\n  '));
  } catch (error) {
    if (error instanceof SafetensorsError) throw new UsageError(`${path} cannot be read: ${error.message}.`);
    throw error;
  }
}

function labelsOf(
  { graph, labels, architecture, preset }: CheckpointRequest,
  isImagenet: boolean,
  own: readonly string[] | undefined,
): readonly string[] | undefined {
  const named = preset?.checkpoint?.labels ?? labelSetOf(architecture);
  if (named !== undefined && labels !== 'none')
    return parseLabels(readFileSync(modelPath(`${named}-labels.txt`), 'utf8'));
  const classes = graph.facts.get(graph.outputs[0] ?? '')?.shape.at(-1);
  if (labels === 'imagenet') return imagenetLabels(graph.name, classes ?? 0);
  if (labels === undefined && own?.length === classes) return own;
  return labels === 'none' || classes !== imagenetClasses || !isImagenet ? undefined : imagenetLabels(graph.name);
}

/** Names of the thousand classes, and of the background before them where a net has it. Throws {@link UsageError} for other counts. */
export function imagenetLabels(net: string, outputs = imagenetClasses): readonly string[] {
  const labels = parseLabels(readFileSync(modelPath('imagenet-1k-labels.txt'), 'utf8'), imagenetClasses);
  const names = imagenetNames(labels, outputs);
  if (!names)
    throw new UsageError(
      `--labels imagenet: ${net} has ${outputs.toLocaleString('en-US')} outputs, ImageNet-1k has 1,000 classes, and TensorFlow’s nets a background before them.`,
    );
  return names;
}

function howToGetWeights(net: string, preset: ResolvedPreset | undefined): string {
  const hubId = preset?.exact ? preset.checkpoint?.hubId : undefined;
  const ships = `Weights ship with Bottleneck for ${Object.keys(shippedModels).join(', ')}.`;
  if (hubId === undefined)
    return `${net} has no published weights that Bottleneck knows: give your own with --weights FILE.safetensors. ${ships}`;
  return `the weights of ${net} are not here: download model.safetensors of ${hubId} from the Hugging Face hub and give it with --weights FILE. ${ships}`;
}
