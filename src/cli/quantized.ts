// Quantized nets on the command line: folders of pictures, and nets by name or file.
import { basename } from 'node:path';
import type { Tensors } from '../gpu-kernels/packing/weight-expr.ts';
import type { Numbers } from '../gpu-kernels/step.ts';
import { assemblePlan } from '../graph/plan/make-plan.ts';
import type { Plan } from '../graph/plan/plan.ts';
import { readSafetensors, SafetensorsError } from '../graph/formats/safetensors/read.ts';
import { print } from '../graph/notation/print.ts';
import { foldNet, type FoldedNet } from '../graph/quant/fold.ts';
import { isQuantizedFile, QuantizedFileError, readQuantized, type NetFacts } from '../graph/quant/file.ts';
import { fusedIntegerProgram } from '../graph/quant/integer-program.ts';
import type { QuantizedNet } from '../graph/quant/quantize.ts';
import { preparationFor, preparePicture, type Preparation } from '../graph/pictures/preprocess.ts';
import { recognizedSentence, recognizeNet } from '../graph/presets/recognize.ts';
import type { Preprocessing } from '../graph/pictures/preprocess.ts';
import type { OpenDevice } from '../workers/engine/device.ts';
import { openCheckpoint } from './checkpoint.ts';
import { kindOfFile, readBytes } from './files.ts';
import { colourInput, leftOutText, readPicture, type FoundPictures, type LeftOut } from './picture.ts';
import { namesModelFile, openSound, type Imported } from './imported.ts';
import { buildGraph, openSource } from './source.ts';
import { UsageError, type Console } from './verb.ts';

/** A net to run: floats folded for quantization, or quantized already. */
export type AnyNet =
  | {
      readonly kind: 'float';
      readonly net: FoldedNet;
      readonly facts: NetFacts;
      /** Of a model file of another program. */
      readonly layers?: Imported['layers'];
      /** The preparation in the facts is a guess, apart from what the user said of it. */
      readonly assumed: boolean;
    }
  | { readonly kind: 'int8'; readonly net: QuantizedNet; readonly facts: NetFacts };

/** True where the argument is a file of weights, quantized or not, whatever its name: {@link openQuantized} tells them apart. */
export function namesQuantizedFile(word: string): boolean {
  const kind = kindOfFile(word);
  return kind === 'int8' || kind === 'safetensors' || (kind !== undefined && /\.safetensors$/i.test(word));
}

/** Throws {@link UsageError} when the file is no quantized net. */
export function openQuantized(file: string): Extract<AnyNet, { kind: 'int8' }> {
  try {
    const read = readSafetensors(readBytes(file));
    if (!isQuantizedFile(read))
      throw new UsageError(
        `"${file}" holds plain weights, not a quantized net; name the net and give the file with --weights. ${
          recognizedSentence(recognizeNet(read.tensors, [basename(file), ...read.metadata.values()])) ?? ''
        }`.trimEnd(),
      );
    return { kind: 'int8', ...readQuantized(read) };
  } catch (error) {
    if (error instanceof SafetensorsError || error instanceof QuantizedFileError)
      throw new UsageError(`"${file}" cannot be used: ${error.message}.`);
    throw error;
  }
}

/** What a verb's options say about a net that is opened. */
export interface Opening {
  /** Input height and width, pixels. */
  readonly input?: number | undefined;
  /** The user's own preparation of pictures. */
  readonly preparation?: Partial<Preprocessing>;
  /** Gets what the user should know, a sentence each. */
  readonly note?: (sentence: string) => void;
  /** Gets the sentence that the preparation is a guess. */
  readonly assumed?: (sentence: string) => void;
}

/** A net by name or file with its weights, folded. Throws as `openCheckpoint`. */
export function openFloat(
  name: string,
  weights: string | undefined,
  { input, preparation = {}, note, assumed }: Opening = {},
): Extract<AnyNet, { kind: 'float' }> {
  if (namesModelFile(name)) {
    if (weights !== undefined) throw new UsageError(`"${name}" has its own weights; leave --weights away.`);
    const { graph, params, preprocessing, layers } = openSound(name, { input });
    if (!preprocessing.mean)
      assumed?.(`preparation of pictures: "${name}" does not say; --mean, --std, --crop and --interpolation do`);
    const facts = {
      name: graph.name,
      architecture: '',
      preprocessing: { ...preprocessing, ...preparation },
      imagenet: false,
    };
    return { kind: 'float', net: foldNet(graph, params), facts, layers, assumed: !facts.preprocessing.mean };
  }
  const source = openSource(name, { input });
  const graph = buildGraph(source);
  const { architecture } = source;
  const checkpoint = openCheckpoint({
    graph,
    architecture,
    preset: source.preset,
    file: weights,
    labels: undefined,
    preparation,
  });
  for (const sentence of checkpoint.notes) note?.(sentence);
  if (checkpoint.assumed) assumed?.(`preparation of pictures: ${checkpoint.prepared}`);
  const facts = {
    // A file's name without its folders: where it lay on this machine is nobody's business.
    name: basename(graph.name, '.arch'),
    architecture: print(source.architecture),
    preprocessing: checkpoint.preprocessing,
    imagenet: checkpoint.labels !== undefined,
  };
  return { kind: 'float', net: foldNet(graph, checkpoint.params), facts, assumed: checkpoint.assumed };
}

export function openNet(word: string, weights: string | undefined, opening: Opening = {}): AnyNet {
  if (!namesQuantizedFile(word)) return openFloat(word, weights, opening);
  const { facts, ...net } = openQuantized(word);
  return { ...net, facts: { ...facts, preprocessing: { ...facts.preprocessing, ...opening.preparation } } };
}

/** The parts of a preparation in words, each as the options name it. */
const preparationParts = ({ mean, std, crop, interpolation, fit }: Preparation): Readonly<Record<string, string>> => ({
  mean: String(mean),
  std: String(std),
  crop: String(crop),
  interpolation,
  fit: fit ?? 'crop',
});

/**
 * Two nets that are compared are shown the same pictures: one that does not say how they are prepared gets them as the other's weights ask for.
 * `note` is told so, and of what differs where both say it.
 */
export function preparedAlike(nets: readonly [AnyNet, AnyNet], note: (sentence: string) => void): [AnyNet, AnyNet] {
  const of = ({ facts }: AnyNet) => preparationParts(preparationFor([3, 1, 1], facts.preprocessing));
  const differing = (one: AnyNet, other: AnyNet): string[] =>
    Object.keys(of(one)).filter((part) => of(one)[part] !== of(other)[part]);
  const guessed = (net: AnyNet): boolean => net.kind === 'float' && net.assumed;
  const like = (net: AnyNet, other: AnyNet): AnyNet => {
    if (!guessed(net) || guessed(other) || differing(net, other).length === 0) return net;
    note(
      `${net.facts.name} does not say how pictures are prepared: they are, for both nets, as ${other.facts.name} asks for`,
    );
    return { ...net, facts: { ...net.facts, preprocessing: other.facts.preprocessing } };
  };
  const [a, b] = [like(nets[0], nets[1]), like(nets[1], nets[0])];
  const differs = differing(a, b);
  const said = (net: AnyNet): string => differs.map((part) => `${part} ${of(net)[part] ?? ''}`).join(', ');
  if (differs.length > 0)
    note(
      `the two nets ask for differently prepared pictures, which is part of what follows: ${a.facts.name} for ${said(a)}; ${b.facts.name} for ${said(b)}. --${differs.join(' --')} give${differs.length === 1 ? 's' : ''} both the same`,
    );
  return [a, b];
}

export interface FolderInputs {
  /** The pictures that are used. */
  readonly files: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** For each net its inputs, in the order of the files, prepared as its weights ask for. */
  readonly inputs: readonly (readonly Float32Array[])[];
}

/**
 * The first `most` pictures that can be decoded; `console` is told which files are left out. Throws {@link UsageError} when
 * none is left, {@link NetError} for a net that takes no colour picture.
 */
export async function readInputs(
  found: FoundPictures,
  nets: readonly AnyNet[],
  console: Console,
  most = Infinity,
): Promise<FolderInputs> {
  const preparations = nets.map(({ net: { graph }, facts }) => {
    return preparationFor(colourInput(graph), facts.preprocessing);
  });
  const files: string[] = [];
  const leftOut = [...found.leftOut];
  const inputs = nets.map((): Float32Array[] => []);
  for (const file of found.files) {
    if (files.length >= most) break;
    try {
      const picture = await readPicture(file);
      preparations.forEach((preparation, i) => inputs[i]?.push(preparePicture(picture, preparation)));
      files.push(file);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      leftOut.push({ file, why: error.message.replace(/^"[^"]*" /, '').replace(/\.( [A-Z].*)?$/, '') });
    }
  }
  const out = leftOut.length + found.hidden > 0 ? leftOutText(found.folder, leftOut, found.hidden) : undefined;
  if (files.length === 0) throw new UsageError(`"${found.folder}" holds no picture that can be decoded; ${out ?? ''}.`);
  if (out !== undefined) console.err(`${out}.`);
  return { files, leftOut, inputs };
}

/** The plan of a quantized net for a device, and its constants by name. */
export function int8Plan(net: QuantizedNet, open: OpenDevice): { readonly plan: Plan; readonly tensors: Tensors } {
  const { program, constants } = fusedIntegerProgram(net, open.capabilities);
  const plan = assemblePlan(net.graph, program, { caps: open.capabilities, limits: open.limits });
  return { plan, tensors: (name) => constants.get(name) as Numbers };
}
