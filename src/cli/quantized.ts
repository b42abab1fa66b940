// Quantized nets on the command line: folders of pictures, and nets by name or file.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Numbers, Tensors } from '../gpu-kernels/packing/weight-expr.ts';
import { assemblePlan } from '../graph/plan/make-plan.ts';
import type { Plan } from '../graph/plan/plan.ts';
import { readSafetensors, SafetensorsError } from '../graph/formats/safetensors/read.ts';
import { print } from '../graph/notation/print.ts';
import { foldNet, type FoldedNet } from '../graph/quant/fold.ts';
import { isQuantizedFile, QuantizedFileError, readQuantized, type NetFacts } from '../graph/quant/file.ts';
import { fusedIntegerProgram } from '../graph/quant/integer-program.ts';
import type { QuantizedNet } from '../graph/quant/quantize.ts';
import type { InferredGraph } from '../graph/ir/graph.ts';
import { preparationFor, preparePicture } from '../graph/pictures/preprocess.ts';
import { resolvePreset } from '../graph/presets/resolve.ts';
import type { OpenDevice } from '../workers/engine/device.ts';
import { openCheckpoint } from './checkpoint.ts';
import { readBytes, readPicture } from './picture.ts';
import { buildGraph, openSource } from './source.ts';
import { NetError, UsageError } from './verb.ts';

/** A net to run: floats folded for quantization, or quantized already. */
export type AnyNet =
  | { readonly kind: 'float'; readonly net: FoldedNet; readonly facts: NetFacts }
  | { readonly kind: 'int8'; readonly net: QuantizedNet; readonly facts: NetFacts };

/** True where the argument is a file that `quantize` wrote. */
export function namesQuantizedFile(word: string): boolean {
  return /\.safetensors$/i.test(word) && existsSync(word) && statSync(word).isFile();
}

/** Throws {@link UsageError} when the file is no quantized net. */
export function openQuantized(file: string): Extract<AnyNet, { kind: 'int8' }> {
  try {
    const read = readSafetensors(readBytes(file));
    if (!isQuantizedFile(read))
      throw new UsageError(
        `"${file}" holds plain weights, not a quantized net; name the net and give the file with --weights.`,
      );
    return { kind: 'int8', ...readQuantized(read) };
  } catch (error) {
    if (error instanceof SafetensorsError || error instanceof QuantizedFileError)
      throw new UsageError(`${file} cannot be used: ${error.message}.`);
    throw error;
  }
}

/** A net by name or file with its weights, folded. Throws as `openCheckpoint`. */
export function openFloat(
  name: string,
  weights: string | undefined,
  input?: number,
): Extract<AnyNet, { kind: 'float' }> {
  const source = openSource(name, { input });
  const graph = buildGraph(source);
  const resolved = existsSync(name) ? undefined : resolvePreset(name);
  const preset = resolved && !('problem' in resolved) ? resolved : undefined;
  const checkpoint = openCheckpoint({ graph, preset, file: weights, labels: undefined });
  const facts = {
    // A file's name without its folders: where it lay on this machine is nobody's business.
    name: basename(graph.name, '.arch'),
    architecture: print(source.architecture),
    preprocessing: checkpoint.preprocessing,
    imagenet: checkpoint.labels !== undefined,
  };
  return { kind: 'float', net: foldNet(graph, checkpoint.params), facts };
}

export const openNet = (word: string, weights: string | undefined): AnyNet =>
  namesQuantizedFile(word) ? openQuantized(word) : openFloat(word, weights);

/** Picture files of a folder, by name. Throws {@link UsageError} when there are none. */
export function pictureFiles(folder: string, most = Infinity): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    throw new UsageError(`there is no folder "${folder}".`);
  }
  const found = names.filter((name) => /\.(jpe?g|png)$/i.test(name)).sort();
  if (found.length === 0) throw new UsageError(`"${folder}" holds no JPEG or PNG picture.`);
  return found.slice(0, most).map((name) => join(folder, name));
}

/** Inputs for a net from picture files, prepared as its weights ask for. */
export async function readInputs(
  graph: InferredGraph,
  facts: NetFacts,
  files: readonly string[],
): Promise<Float32Array[]> {
  const [, height, width, channels] = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
  if (channels !== 3)
    throw new NetError(`${graph.name} does not take a colour picture: its input has ${channels ?? 0} channels.`);
  const preparation = preparationFor([3, height as number, width as number], facts.preprocessing);
  const inputs: Float32Array[] = [];
  for (const file of files) inputs.push(preparePicture(await readPicture(file), preparation));
  return inputs;
}

/** The plan of a quantized net for a device, and its constants by name. */
export function int8Plan(net: QuantizedNet, open: OpenDevice): { readonly plan: Plan; readonly tensors: Tensors } {
  const { program, constants } = fusedIntegerProgram(net, open.capabilities);
  const plan = assemblePlan(net.graph, program, { caps: open.capabilities, limits: open.limits });
  return { plan, tensors: (name) => constants.get(name) as Numbers };
}
