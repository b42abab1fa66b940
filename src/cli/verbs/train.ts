// `train NET`: a small net trained from nothing on a set that needs no download, on the CPU reference; the weights are a file of their own.
import { elements } from '../../gpu-kernels/op.ts';
import { decodeText } from '../../graph/formats/sniff/sniff.ts';
import { readSafetensors } from '../../graph/formats/safetensors/read.ts';
import { writeSafetensors } from '../../graph/formats/safetensors/write.ts';
import { pattern, patternClasses } from '../../graph/train/data/patterns.ts';
import { defaultRecipe, readRecipe, type TrainRecipe } from '../../graph/train/recipe.ts';
import { runRecipe, type LabelledPictures } from '../../graph/train/run-recipe.ts';
import { startWeights } from '../../graph/train/start-weights.ts';
import { graphParams } from '../../graph/weights/weights.ts';
import { readBytes } from '../files.ts';
import { buildGraph, openSource } from '../source.ts';
import { json, UsageError, type Verb } from '../verb.ts';

/** Indices of held-out pictures begin here. */
const HELD_OUT = 1_000_000;

export const train: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Trains a net from nothing, on the CPU, on pictures that are drawn here: 12 classes of shapes and fills.',
  options: [
    {
      name: 'recipe',
      value: 'FILE',
      doc: 'Steps, batch, rate, optimizer, …, a line each. Default: 300 steps of 32, SGD.',
    },
    { name: 'out', value: 'FILE', writes: ['.safetensors'], doc: 'The weights.' },
    {
      name: 'difficulty',
      value: 'X',
      range: { min: 0, max: 1, integer: false },
      doc: 'From plain pictures (0) to turned, small, noisy ones (1). Default: 0.',
    },
    {
      name: 'pictures',
      value: 'N',
      range: { min: 1, max: HELD_OUT, integer: true },
      doc: 'Pictures to train on. Default: 1500.',
    },
    json,
  ],
  run(given, console) {
    const [net] = given.positionals as [string];
    const recipe = recipeOf(given.word('recipe'));
    const out = given.word('out') === undefined ? undefined : given.output('out');
    const graph = buildGraph(openSource(net));
    const shape = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
    const [, height, width, channels] = shape;
    const outputs = graph.facts.get(graph.outputs[0] ?? '')?.shape ?? [];
    if (height !== width || channels !== 3) throw new UsageError(`${net} reads no square colour pictures.`);
    if (outputs.length !== 2 || outputs[1] !== patternClasses.length)
      throw new UsageError(
        `The pictures have ${patternClasses.length} classes, but ${net} has ${elements(outputs)} outputs; end it in "linear c${patternClasses.length}".`,
      );
    const pictures = patternsFor(
      height as number,
      recipe.seed,
      given.number('pictures') ?? 1500,
      given.number('difficulty') ?? 0,
    );
    const asJson = given.flag('json');
    const started = performance.now();
    const result = runRecipe(
      graph,
      startWeights(graph, recipe.seed),
      recipe,
      pictures,
      ({ step, loss, rate, gradientNorm, skipped }) => {
        if (!asJson && (step % 10 === 0 || step === recipe.steps))
          console.out(
            `step ${step}  loss ${loss.toFixed(4)}  rate ${rate.toPrecision(3)}  gradient ${gradientNorm.toPrecision(3)}${skipped ? '  left out: not finite' : ''}`,
          );
      },
    );
    const seconds = (performance.now() - started) / 1000;
    const { weights, losses, accuracy, skipped, stopped } = result;
    out?.save(
      writeSafetensors(
        new Map(
          graphParams(graph).map(({ name, shape: own }) => [
            name,
            { shape: own, values: weights.get(name) as Float32Array },
          ]),
        ),
      ),
      (bytes) => void readSafetensors(bytes),
    );
    if (asJson)
      console.out(
        JSON.stringify({ net: graph.name, recipe, losses, accuracy, skipped, stopped, seconds }, undefined, 2),
      );
    else {
      if (stopped)
        console.out(
          `Given up after ${losses.length} steps: loss or gradient was not finite three times in a row; a lower rate, or clipping, helps.`,
        );
      console.out(
        `${(100 * accuracy).toFixed(1)} % of ${pictures.counts.test} held-out pictures right, ${losses.length} steps in ${seconds.toFixed(0)} s on the CPU.`,
      );
    }
    return stopped ? 1 : 0;
  },
};

function recipeOf(file: string | undefined): TrainRecipe {
  if (file === undefined) return defaultRecipe;
  const text = decodeText(readBytes(file));
  if ('problem' in text) throw new UsageError(`"${file}" ${text.problem}.`);
  const recipe = readRecipe(text.text);
  if ('problem' in recipe) throw new UsageError(`${file}: ${recipe.problem}.`);
  return recipe;
}

/** Values −1 to 1. */
function patternsFor(side: number, seed: number, count: number, difficulty: number): LabelledPictures {
  const known = new Map<number, { pixels: Float32Array; label: number }>();
  return {
    classes: patternClasses,
    counts: { train: count, test: 500 },
    sample(part, index) {
      const place = part === 'train' ? index : HELD_OUT + index;
      let found = known.get(place);
      if (!found) {
        const { pixels, label } = pattern(seed, place, side, difficulty);
        known.set(place, (found = { pixels: pixels.map((value) => 2 * value - 1), label }));
      }
      return found;
    },
  };
}
