// `convert NET --to onnx|tflite|safetensors|arch|js|page`: a net written in another form, read back and compared before the file gets its name.
import { onnxOpsets } from '../../graph/formats/onnx/opsets.ts';
import { exportOnnx } from '../../graph/formats/onnx/export.ts';
import { readBack } from '../../graph/inspect/read-back.ts';
import { exportTflite } from '../../graph/formats/tflite/export.ts';
import { openModel } from '../../graph/formats/open.ts';
import { readSafetensors } from '../../graph/formats/safetensors/read.ts';
import { writeSafetensors } from '../../graph/formats/safetensors/write.ts';
import type { InferredGraph, Params } from '../../graph/ir/graph.ts';
import { print } from '../../graph/notation/print.ts';
import { presetOfImported } from '../../graph/presets/imported.ts';
import { preparationFor, type Preparation, type Preprocessing } from '../../graph/pictures/preprocess.ts';
import { preparationMetadata } from '../../graph/weights/preparation-config.ts';
import { graphParams } from '../../graph/weights/weights.ts';
import { openCheckpoint } from '../checkpoint.ts';
import { convertQuantized } from '../convert-quantized.ts';
import { gpuOptions } from '../gpu-device.ts';
import { standalone } from '../standalone.ts';
import { kindOfFile } from '../files.ts';
import { namesModelFile, openImported, openSound } from '../imported.ts';
import { buildGraph, openSource } from '../source.ts';
import { NetError, UsageError, type Verb } from '../verb.ts';

/** Form → ending of its file. */
const endings: Readonly<Record<string, string>> = {
  onnx: 'onnx',
  tflite: 'tflite',
  safetensors: 'safetensors',
  arch: 'arch',
  js: 'js',
  page: 'html',
};

export const convert: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Writes a net (NAME, FILE.arch, FILE.onnx, FILE.tflite or a file of quantize) as ONNX, TFLite, safetensors, a JavaScript module or a page that needs nothing else, or, where its structure is a preset’s, as text.',
  options: [
    {
      name: 'to',
      value: Object.keys(endings).join('|'),
      choices: Object.keys(endings),
      doc: 'What to write; as the ending of --out says when not given.',
    },
    {
      name: 'out',
      value: 'FILE',
      writes: ['.safetensors', '.onnx', '.tflite', '.arch', '.js', '.html'],
      doc: 'The file to write.',
    },
    { name: 'weights', value: 'FILE', doc: 'safetensors for a net given by name or text.' },
    {
      name: 'opset',
      value: 'N',
      doc: `Operator set of an ONNX file, ${onnxOpsets.oldest} to ${onnxOpsets.newest}, the newest when not given: older runtimes take older ones.`,
      range: { min: onnxOpsets.oldest, max: onnxOpsets.newest, integer: true },
    },
    gpuOptions[0]!,
  ],
  async run(given, console) {
    const net = given.positionals[0] as string;
    const out = given.output('out');
    const ending = out.path.slice(out.path.lastIndexOf('.') + 1).toLowerCase();
    const to = given.word('to') ?? Object.keys(endings).find((form) => endings[form] === ending) ?? 'onnx';
    if (ending !== endings[to]) throw new UsageError(`--to ${to} writes a file that ends in .${endings[to]}.`);
    const opset = given.number('opset');
    if (opset !== undefined && to !== 'onnx') throw new UsageError('--opset belongs to --to onnx.');
    if (to === 'arch') {
      const text = textOf(net);
      out.save(new TextEncoder().encode(text), () => undefined);
      console.out(`${out.path}: the structure of ${net} as text.`);
      return 0;
    }
    if (kindOfFile(net) === 'int8') {
      if (given.word('weights') !== undefined)
        throw new UsageError(`"${net}" has its own weights; leave --weights away.`);
      const { bytes, found } = convertQuantized(net, to, opset);
      out.save(bytes, (written) => void openModel(written));
      console.out(`${out.path}: ${found}.`);
      return 0;
    }
    const { graph, params, preprocessing, labels } = opened(net, given.word('weights'));
    const metadata = preparationMetadata(preprocessing);
    if (to === 'safetensors') {
      const tensors = new Map(
        graphParams(graph).map(({ name, shape }) => [name, { shape, values: params.get(name) as Float32Array }]),
      );
      out.save(writeSafetensors(tensors, metadata), (bytes) => void readSafetensors(bytes));
      console.out(`${out.path}: ${tensors.size} tensors.`);
      return 0;
    }
    if (to === 'js' || to === 'page') {
      const options = { preparation: prepared(graph, preprocessing), labels };
      const { text, check } = await standalone(to, graph, params, options, given.word('adapter'));
      out.save(new TextEncoder().encode(text), () => undefined);
      console.out(`${out.path}: ${check}.`);
      return 0;
    }
    const bytes = to === 'onnx' ? exportOnnx(graph, params, metadata, opset) : tfliteOf(graph, params, metadata);
    const worst = readAgain(graph, params, bytes);
    out.save(bytes, (written) => void openModel(written));
    console.out(`${out.path}: read back, largest difference ${worst.toExponential(1)} standard deviations.`);
    return 0;
  },
};

interface Opened {
  readonly graph: InferredGraph;
  readonly params: Params;
  /** Empty where it is not known: a guess is not written into a file. */
  readonly preprocessing: Partial<Preprocessing>;
  readonly labels?: readonly string[] | undefined;
}

function opened(net: string, weights: string | undefined): Opened {
  if (namesModelFile(net)) {
    if (weights !== undefined) throw new UsageError(`"${net}" has its own weights; leave --weights away.`);
    return openSound(net);
  }
  const source = openSource(net);
  const graph = buildGraph(source);
  const { architecture, preset } = source;
  const checkpoint = openCheckpoint({ graph, architecture, preset, file: weights, labels: undefined });
  const { params, labels, assumed, preprocessing } = checkpoint;
  return { graph, params, labels, preprocessing: assumed ? {} : preprocessing };
}

/** How a picture becomes the first input; undefined for one that is no map. */
function prepared(graph: InferredGraph, preprocessing: Partial<Preprocessing>): Preparation | undefined {
  const [, height, width, channels] = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
  if (height === undefined || width === undefined || channels === undefined) return undefined;
  return preparationFor([channels, height, width], preprocessing);
}

/** Throws {@link NetError} where a node has no form in the format. */
function tfliteOf(graph: InferredGraph, params: Params, metadata: Readonly<Record<string, string>>): Uint8Array {
  try {
    return exportTflite(graph, params, metadata);
  } catch (error) {
    throw new NetError(`${graph.name} cannot be written as TFLite: ${(error as Error).message}.`);
  }
}

function textOf(net: string): string {
  if (!namesModelFile(net)) return print(openSource(net).architecture);
  const { graph, params } = openImported(net);
  const found = presetOfImported(graph, params);
  if (found === undefined)
    throw new NetError(
      `${net} has the structure of no family of presets, so that no text says it; --to onnx writes it.`,
    );
  return found.text;
}

function readAgain(graph: InferredGraph, params: Params, bytes: Uint8Array): number {
  try {
    return readBack(graph, params, bytes);
  } catch (error) {
    throw new NetError(`${graph.name} cannot be written: ${(error as Error).message}.`);
  }
}
