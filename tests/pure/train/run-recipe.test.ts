// Recipes as text, pictures that are drawn, and whole short runs: the same text gives the same run, and a rate too high ends in words.
import { expect, test } from 'vitest';
import { expand } from '../../../src/graph/blocks/expand.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { pattern, patternClasses } from '../../../src/graph/train/data/patterns.ts';
import { defaultRecipe, readRecipe, type TrainRecipe } from '../../../src/graph/train/recipe.ts';
import { runRecipe, type LabelledPictures } from '../../../src/graph/train/run-recipe.ts';
import { startWeights } from '../../../src/graph/train/start-weights.ts';

const recipe = (text: string): TrainRecipe => {
  const read = readRecipe(text);
  if ('problem' in read) throw new Error(read.problem);
  return read;
};

test('every setting has its line', () => {
  expect(recipe('# a comment\n\n')).toEqual(defaultRecipe);
  expect(
    recipe(
      'steps 20\nbatch 8 # small\nrate 0.02 linear to 0, warm-up 4\noptimizer adamw decay 0.05\nsmoothing 0.1\nclip 1\nema 0.99\ntrain blocks.1  classifier\nseed 7',
    ),
  ).toEqual({
    steps: 20,
    batch: 8,
    rate: 0.02,
    schedule: { kind: 'linear', to: 0, warmup: 4 },
    optimizer: { name: 'adamw', betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0.05, decay: 'matrices' },
    loss: { name: 'ce', label_smoothing: 0.1 },
    clipNorm: 1,
    ema: 0.99,
    trainable: ['blocks.1', 'classifier'],
    seed: 7,
  });
  expect(recipe('optimizer sgd momentum 0.8 nesterov').optimizer).toMatchObject({ momentum: 0.8, nesterov: true });
  expect(recipe('optimizer rmsprop momentum 0.9').optimizer).toMatchObject({ name: 'rmsprop_tf', momentum: 0.9 });
});

test.each([
  ['momentum 0.9', 'line 1, "momentum 0.9": no setting is called "momentum"; there are steps, batch'],
  ['steps 10\nrate fast', 'line 2, "rate fast": write it as "rate 0.1 cosine to 0, warm-up 10"'],
  ['rate 0.1 cosin to 0', '"cosin to 0" is no schedule'],
  ['steps 0', 'steps must be at least 1'],
  ['steps', 'write it as "steps 300"'],
  ['optimizer sgd momentum 1', 'must be below 1'],
])('%j is refused in words', (text, words) => {
  expect(readRecipe(text)).toEqual({ problem: expect.stringContaining(words) as string });
});

test('a pattern is a function of set and number, and every class comes', () => {
  const labels = new Set<number>();
  for (let index = 0; index < 100; index++) labels.add(pattern(0, index, 4, 0).label);
  expect(labels.size).toBe(patternClasses.length);
  for (const difficulty of [0, 0.5, 1]) {
    const { pixels, label } = pattern(3, 5, 16, difficulty);
    expect(pattern(3, 5, 16, difficulty).pixels).toEqual(pixels);
    expect(label).toBe(pattern(3, 5, 16, 0).label);
    expect(pixels.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(pattern(3, 6, 16, difficulty).pixels).not.toEqual(pixels);
  }
});

function smallNet(): InferredGraph {
  const { graph } = expand(parse('input 3x8x8\n\nconv k3 s2 c8\npool\nlinear c2\n').architecture, 'small');
  return graph as InferredGraph;
}

/** Bright or dark. */
const halves: LabelledPictures = {
  classes: ['dark', 'bright'],
  counts: { train: 20, test: 7 },
  sample: (_part, index) => ({ pixels: new Float32Array(192).fill((index % 2) - 0.5 + index / 100), label: index % 2 }),
};

const run = (text: string) => {
  const graph = smallNet();
  const own = recipe(text);
  return runRecipe(graph, startWeights(graph, own.seed), own, halves);
};

test('a run learns, and the same recipe gives the same weights', () => {
  const text = 'steps 20\nbatch 4\nrate 0.1 cosine to 0\nema 0.5\nseed 1';
  const { losses, accuracy, weights, stopped } = run(text);
  expect(stopped).toBe(false);
  expect(losses).toHaveLength(20);
  expect(accuracy).toBe(1);
  expect(losses[19]).toBeLessThan(0.5 * (losses[0] as number));
  expect(run(text).weights).toEqual(weights);
  expect(run(text.replace('seed 1', 'seed 2')).losses).not.toEqual(losses);
});

test('a run that leaves the numbers is given up, its weights finite', () => {
  const { stopped, skipped, losses, weights } = run('steps 50\nbatch 4\nrate 1e30 constant');
  expect(stopped).toBe(true);
  expect(skipped).toBeGreaterThanOrEqual(3);
  expect(losses.length).toBeLessThan(50);
  expect([...(weights.get('classifier.weight') ?? [])].every(Number.isFinite)).toBe(true);
});
