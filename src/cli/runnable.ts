// What `run` runs: a float net with its weights, a model file of another program, or a quantized net, each ready for a device or the CPU.
import type { Tensors } from '../gpu-kernels/packing/weight-expr.ts';
import type { Architecture } from '../graph/architecture.ts';
import { parse } from '../graph/notation/parse.ts';
import type { Plan } from '../graph/plan/plan.ts';
import { integerProgram } from '../graph/quant/integer-program.ts';
import { runProgram } from '../graph/quant/run-program.ts';
import { outputCount } from '../graph/tasks/classify/outputs.ts';
import type { InferredGraph, Params } from '../graph/ir/graph.ts';
import { runReference } from '../graph/ir/reference.ts';
import type { OpenDevice } from '../workers/engine/device.ts';
import { batched } from './batch.ts';
import { imagenetLabels, openCheckpoint, type LoadedCheckpoint } from './checkpoint.ts';
import { planOrSay } from './fitting.ts';
import { precisionOf } from './gpu-device.ts';
import { givenPreparation } from './preparation-options.ts';
import { int8Plan, namesQuantizedFile, openQuantized } from './quantized.ts';
import { namesModelFile, openSound } from './imported.ts';
import { buildGraph, openSource } from './source.ts';
import { UsageError, type Given } from './verb.ts';

/** A net ready to run, in floats or in integers. */
export interface NetToRun extends Omit<LoadedCheckpoint, 'params'> {
  readonly graph: InferredGraph;
  /** Undefined for a model file of another program. */
  readonly architecture: Architecture | undefined;
  /** For `batch` inputs in one run. Throws NetError or {@link UsageError}. */
  load(open: OpenDevice, batch: number): { readonly plan: Plan; readonly tensors: Tensors };
  /** All outputs, in order. */
  reference(input: Float32Array): readonly Float32Array[];
}

function floatModel(net: string, given: Given): NetToRun {
  if (namesModelFile(net)) return importedModel(net, given);
  const source = openSource(net);
  const graph = buildGraph(source);
  const { params, ...checkpoint } = openCheckpoint({
    graph,
    architecture: source.architecture,
    preset: source.preset,
    file: given.word('weights'),
    preparation: givenPreparation(given),
    labels: given.word('labels') as 'imagenet' | 'none' | undefined,
  });
  return runnable({ ...checkpoint, graph, architecture: source.architecture }, params, given);
}

/** A model file has its own weights; how pictures are prepared for it, only some say. */
function importedModel(file: string, given: Given): NetToRun {
  if (given.word('weights') !== undefined) throw new UsageError(`"${file}" has its own weights; leave --weights away.`);
  const { graph, params, preprocessing } = openSound(file);
  const own = givenPreparation(given);
  const said = preprocessing.mean !== undefined;
  const named = given.word('labels') === 'imagenet';
  const facts = {
    graph,
    architecture: undefined,
    source: file,
    preprocessing: { ...preprocessing, ...own },
    notes: [],
    prepared: said ? 'as the file says' : 'the file does not say; --mean, --std, --crop and --interpolation do',
    assumed: !said,
    labels: named ? imagenetLabels(graph.name, outputCount(graph)) : undefined,
  };
  return runnable(facts, params, given);
}

function runnable(facts: Omit<NetToRun, 'load' | 'reference'>, params: Params, given: Given): NetToRun {
  const { graph } = facts;
  return {
    ...facts,
    load: (open, batch) => ({
      plan: planOrSay(batched(graph, batch), {
        caps: open.capabilities,
        precision: precisionOf(open, given.word('precision')),
        limits: open.limits,
      }),
      tensors: (name) => params.get(name) as Float32Array,
    }),
    reference(input) {
      const values = runReference(graph, params, input);
      return graph.outputs.map((node) => values.get(node) as Float32Array);
    },
  };
}

/** A file of `quantize`: it has its own weights, precision and preparation. */
function integerModel(file: string, given: Given): NetToRun {
  for (const option of ['weights', 'precision']) {
    if (given.word(option) !== undefined)
      throw new UsageError(
        `"${file}" is a quantized net: it has its own weights and precision; leave --${option} away.`,
      );
  }
  const { net, facts } = openQuantized(file);
  const { calibration, pictures } = net.recipe;
  const named = given.word('labels') === 'imagenet' || (facts.imagenet && given.word('labels') !== 'none');
  return {
    graph: net.graph,
    architecture: parse(facts.architecture).architecture,
    source: `${file}: int8, calibrated on ${pictures} pictures (${calibration})`,
    preprocessing: { ...facts.preprocessing, ...givenPreparation(given) },
    notes: [],
    prepared: 'as the file says',
    assumed: false,
    labels: named ? imagenetLabels(net.graph.name, outputCount(net.graph)) : undefined,
    load(open, batch) {
      if (batch > 1)
        throw new UsageError(`"${file}" is a quantized net, which takes one input a run; leave --batch away.`);
      return int8Plan(net, open);
    },
    reference(input) {
      const { program, constants } = integerProgram(net);
      const values = runProgram(program, constants, input);
      return net.graph.outputs.map((node) => values.get(node) as Float32Array);
    },
  };
}

/** The net that an argument names. */
export const openRunnable = (net: string, given: Given): NetToRun =>
  namesQuantizedFile(net) ? integerModel(net, given) : floatModel(net, given);
