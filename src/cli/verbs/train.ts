// `train NET`: a net trained on the CPU or on a GPU, on drawn pictures or a folder of one's own; weights and the run's state are files.
import { parse } from 'node:path';
import { readSafetensors } from '../../graph/formats/safetensors/read.ts';
import { decodeText } from '../../graph/formats/sniff/sniff.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { netHash } from '../../graph/link/link.ts';
import { canonical } from '../../graph/notation/canonical.ts';
import { cpuBackend } from '../../graph/train/cpu-backend.ts';
import { findRate, type FoundRate } from '../../graph/train/find-rate.ts';
import {
  carriedRecipe,
  defaultRecipe,
  mostDrawn,
  readRecipe,
  usualDrawn,
  type TrainRecipe,
} from '../../graph/train/recipe.ts';
import { startWeights } from '../../graph/train/start-weights.ts';
import { readState, writeState, type StateOrigin } from '../../graph/train/state-file.ts';
import { TrainingRun, type CurvePoint } from '../../graph/train/training-run.ts';
import { trainedWeights } from '../../graph/train/weights-file.ts';
import { gpuTrainBackend, onDevice } from '../../workers/engine/train-backend.ts';
import { readBytes } from '../files.ts';
import { gpuOptions, openGpu } from '../gpu-device.ts';
import { leftOutText } from '../picture.ts';
import { buildGraph, openSource, textOf } from '../source.ts';
import { drawnData, folderData, type TrainingData } from '../training-data.ts';
import { json, UsageError, type Console, type Given, type Verb } from '../verb.ts';

export const train: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Trains a net from nothing: on pictures that are drawn here (12 classes of shapes and fills), or on a folder of your own.',
  options: [
    {
      name: 'recipe',
      value: 'FILE',
      doc: 'Steps, batch, rate, optimizer, …, a line each. When not given: the line "# train:" of the net’s text, else 300 steps of 32, SGD.',
    },
    { name: 'data', value: 'DIR', doc: 'Pictures to train on: a folder with a folder a class.' },
    { name: 'out', value: 'FILE', writes: ['.safetensors'], doc: 'The weights.' },
    {
      name: 'checkpoint',
      value: 'FILE',
      writes: ['.safetensors'],
      doc: 'The run’s state, written on the way and at the end; --out is then written on the way too.',
    },
    {
      name: 'every',
      value: 'N',
      range: { min: 1, max: 1_000_000, integer: true },
      doc: 'Steps between two checkpoints. Default: 50.',
    },
    {
      name: 'resume',
      value: 'FILE',
      doc: 'A state to go on from: the end is bit for bit that of the run that never stopped.',
    },
    { name: 'find-rate', doc: 'Only look for a learning rate: 60 steps at growing rates.' },
    {
      name: 'difficulty',
      value: 'X',
      range: { min: 0, max: 1, integer: false },
      doc: 'Drawn pictures from plain (0) to turned, small, noisy ones (1). Default: 0.',
    },
    {
      name: 'pictures',
      value: 'N',
      range: { min: 1, max: mostDrawn, integer: true },
      doc: 'Drawn pictures to train on. Default: 1500.',
    },
    {
      name: 'device',
      value: 'cpu|webgpu',
      choices: ['cpu', 'webgpu'],
      doc: 'Where the steps are computed. Default: cpu.',
    },
    ...gpuOptions.filter(({ name }) => name === 'adapter'),
    json,
  ],
  async run(given, console) {
    const [net] = given.positionals as [string];
    const resumed = given.word('resume') === undefined ? undefined : stateOf(given.word('resume') as string);
    const text =
      given.word('recipe') === undefined ? carriedRecipe(textOf(net)) : recipeText(given.word('recipe') as string);
    const recipe = recipeOf(given, text ?? resumed?.origin.recipe ?? '');
    const outputs = {
      out: given.word('out') === undefined ? undefined : given.output('out'),
      checkpoint: given.word('checkpoint') === undefined ? undefined : given.output('checkpoint'),
    };
    const source = openSource(net);
    const graph = buildGraph(source);
    const data = await dataFor(given, net, graph, recipe);
    const { pictures } = data;
    if (data.leftOut.length > 0)
      console.err(`bottleneck train: ${leftOutText(given.word('data') ?? '', data.leftOut, 0)}.`);
    const start = startWeights(graph, recipe.seed);
    const device =
      given.word('device') === 'webgpu' ? gpuTrainBackend(onDevice(await openGpu(given.word('adapter')))) : undefined;
    const backend = device ?? cpuBackend();
    if (given.flag('find-rate'))
      return printRates(graph.name, await findRate(graph, start, recipe, pictures, backend), given, console);
    const origin: StateOrigin = {
      name: parse(source.name).name,
      text: textOf(net),
      hash: netHash(canonical(source.architecture)),
      recipe: text ?? resumed?.origin.recipe ?? '',
      pictures: pictures.fingerprint,
    };
    const run = await TrainingRun.begin(graph, start, recipe, pictures, backend);
    if (resumed) {
      if (resumed.origin.hash !== origin.hash)
        throw new UsageError(
          `"${given.word('resume') as string}" is the state of another net (${resumed.origin.name}).`,
        );
      if (resumed.origin.pictures !== origin.pictures)
        throw new UsageError(`"${given.word('resume') as string}" was trained on other pictures; give the same ones.`);
      await run.resume(resumed.state);
    }
    const asJson = given.flag('json');
    const started = performance.now();
    const begun = run.step;
    const every = given.number('every') ?? 50;
    const save = async (): Promise<void> => {
      const weights = await run.weights();
      outputs.out?.save(trainedWeights(graph, weights, pictures.classes), (bytes) => void readSafetensors(bytes));
      outputs.checkpoint?.save(writeState(await run.save(), origin), checkState);
    };
    while (!run.ending) {
      const looks = run.checks.length;
      const point = await run.next();
      if (!asJson && (point.step % 10 === 0 || run.ending)) console.out(lineOf(point));
      const look = run.checks.length > looks ? run.checks.at(-1) : undefined;
      if (!asJson && look)
        console.out(
          `step ${look.step}  look: ${(100 * look.accuracy).toFixed(1)} % right, loss ${look.loss.toFixed(4)}`,
        );
      if (outputs.checkpoint && point.step % every === 0 && !run.ending) await save();
    }
    await save();
    const seconds = (performance.now() - started) / 1000;
    const { accuracy, count, confusion } = await run.test();
    const ending = run.ending;
    if (asJson)
      console.out(
        JSON.stringify(
          {
            net: graph.name,
            recipe,
            classes: pictures.classes,
            losses: run.curve.map(({ loss }) => loss),
            checks: run.checks,
            bestStep: run.bestStep,
            accuracy,
            confusion,
            device: backend.device,
            skipped: run.skipped,
            stopped: ending?.kind === 'not-finite',
            ending,
            seconds,
          },
          undefined,
          2,
        ),
      );
    else {
      if (ending && ending.sentence !== '') console.out(ending.sentence);
      const best = run.bestStep === undefined ? '' : ` with the weights of step ${run.bestStep}`;
      console.out(
        `${(100 * accuracy).toFixed(1)} % of ${count} held-out pictures right${best}, ${run.step - begun} steps in ${seconds.toFixed(0)} s on ${backend.device}.`,
      );
    }
    device?.destroy();
    return ending?.kind === 'not-finite' ? 1 : 0;
  },
};

const lineOf = ({ step, loss, rate, gradientNorm, skipped }: CurvePoint): string =>
  `step ${step}  loss ${loss.toFixed(4)}  rate ${rate.toPrecision(3)}  gradient ${gradientNorm.toPrecision(3)}${skipped ? '  left out: not finite' : ''}`;

function recipeText(file: string): string {
  const text = decodeText(readBytes(file));
  if ('problem' in text) throw new UsageError(`"${file}" ${text.problem}.`);
  return text.text;
}

function recipeOf(given: Given, text: string): TrainRecipe {
  const recipe = text === '' ? defaultRecipe : readRecipe(text);
  if ('problem' in recipe) throw new UsageError(`${given.word('recipe') ?? 'the recipe'}: ${recipe.problem}.`);
  const [count, difficulty] = [given.number('pictures'), given.number('difficulty')];
  if (count === undefined && difficulty === undefined) return recipe;
  return {
    ...recipe,
    drawn: {
      count: count ?? (recipe.drawn ?? usualDrawn).count,
      difficulty: difficulty ?? (recipe.drawn ?? usualDrawn).difficulty,
    },
  };
}

async function dataFor(given: Given, net: string, graph: InferredGraph, recipe: TrainRecipe): Promise<TrainingData> {
  const [, height, width, channels] = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
  if (height === undefined || height !== width || channels !== 3)
    throw new UsageError(`${net} reads no square colour pictures.`);
  const outputs = graph.facts.get(graph.outputs[0] ?? '')?.shape ?? [];
  const folder = given.word('data');
  const data = folder === undefined ? drawnData(height, recipe) : await folderData(folder, height);
  const { classes } = data.pictures;
  if (outputs.length !== 2 || outputs[1] !== classes.length)
    throw new UsageError(
      `The pictures have ${classes.length} classes, but ${net} has ${outputs.slice(1).reduce((a, b) => a * b, 1)} outputs; end it in "linear c${classes.length}".`,
    );
  return data;
}

function stateOf(file: string): Exclude<ReturnType<typeof readState>, { problem: string }> {
  const read = readState(readBytes(file));
  if ('problem' in read) throw new UsageError(`"${file}" ${read.problem}.`);
  return read;
}

function checkState(bytes: Uint8Array): void {
  const read = readState(bytes);
  if ('problem' in read) throw new Error(read.problem);
}

function printRates(net: string, { points, suggested }: FoundRate, given: Given, console: Console): number {
  if (given.flag('json')) console.out(JSON.stringify({ net, points, suggested }, undefined, 2));
  else {
    for (const { rate, loss, smooth } of points)
      console.out(`rate ${rate.toPrecision(3)}  loss ${loss.toFixed(4)}  smoothed ${smooth.toFixed(4)}`);
    console.out(
      suggested === undefined
        ? 'The loss fell at no rate from 0.0001 to 10: look at the net, the classes and the batch.'
        : `A third of the rate of the least smoothed loss: rate ${suggested}.`,
    );
  }
  return suggested === undefined ? 1 : 0;
}
