// Recipes as text, pictures that are drawn, and whole short runs: the same text gives the same run, and a rate too high ends in words.
import { expect, test } from 'vitest';
import { expand } from '../../../src/graph/blocks/expand.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { pattern, patternClasses } from '../../../src/graph/train/data/patterns.ts';
import {
  carriedRecipe,
  defaultRecipe,
  readRecipe,
  withRecipe,
  type TrainRecipe,
} from '../../../src/graph/train/recipe.ts';
import { cpuBackend } from '../../../src/graph/train/cpu-backend.ts';
import { augmented } from '../../../src/graph/train/data/augment.ts';
import { ownPictures, type LabelledPictures } from '../../../src/graph/train/data/pictures.ts';
import { findRate } from '../../../src/graph/train/find-rate.ts';
import { startWeights } from '../../../src/graph/train/start-weights.ts';
import { readState, writeState } from '../../../src/graph/train/state-file.ts';
import { TrainingRun } from '../../../src/graph/train/training-run.ts';
import { trainedWeights } from '../../../src/graph/train/weights-file.ts';

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
  expect(
    recipe('augment flip, shift 2, light 0.1\naccumulate 4\ncheck every 50, patience 4\npictures 200, difficulty 0.5'),
  ).toMatchObject({
    augment: { flip: true, shift: 2, light: 0.1 },
    accumulate: 4,
    check: 50,
    patience: 4,
    drawn: { count: 200, difficulty: 0.5 },
  });
  expect(recipe('augment shift 1').augment).toEqual({ flip: false, shift: 1, light: 0 });
  expect(recipe('optimizer rmsprop momentum 0.9').optimizer).toMatchObject({ name: 'rmsprop_tf', momentum: 0.9 });
});

test.each([
  ['momentum 0.9', 'line 1, "momentum 0.9": no setting is called "momentum"; there are steps, batch'],
  ['steps 10\nrate fast', 'line 2, "rate fast": write it as "rate 0.1 cosine to 0, warm-up 10"'],
  ['rate 0.1 cosin to 0', '"cosin to 0" is no schedule'],
  ['steps 0', 'steps must be at least 1'],
  ['steps', 'write it as "steps 300"'],
  ['accumulate 0', 'accumulate must be at least 1'],
  ['pictures 10, difficulty 2', 'difficulty 0 to 1'],
  ['augment turn', 'write it as "augment flip, shift 2, light 0.1"'],
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

test('a net’s text carries its recipe in one line, which another one replaces', () => {
  const net = 'input 3x8x8\n\npool\nlinear c2\n';
  const text = withRecipe(net, 'steps 20 # few\n\nrate 0.1 cosine to 0, warm-up 2\nseed 3');
  expect(text).toBe(`${net}\n# train: steps 20; rate 0.1 cosine to 0, warm-up 2; seed 3\n`);
  expect(carriedRecipe(text)).toBe('steps 20\nrate 0.1 cosine to 0, warm-up 2\nseed 3');
  expect(carriedRecipe(net)).toBeUndefined();
  expect(withRecipe(text, 'steps 5')).toBe(`${net}\n# train: steps 5\n`);
});

/** Bright or dark. */
const halves: LabelledPictures = {
  classes: ['dark', 'bright'],
  counts: { train: 20, check: 4, test: 7 },
  side: 8,
  fingerprint: 'halves',
  sample: (_part, index) => ({ pixels: new Float32Array(192).fill((index % 2) - 0.5 + index / 100), label: index % 2 }),
};

const begin = (text: string, pictures = halves): Promise<TrainingRun> => {
  const graph = smallNet();
  const own = recipe(text);
  return TrainingRun.begin(graph, startWeights(graph, own.seed), own, pictures, cpuBackend());
};
async function upTo(run: TrainingRun, step: number): Promise<TrainingRun> {
  while (!run.ending && run.step < step) await run.next();
  return run;
}
const run = async (text: string) => upTo(await begin(text), Infinity);

test('a run learns, and the same recipe gives the same weights', async () => {
  const text = 'steps 20\nbatch 4\nrate 0.1 cosine to 0\nema 0.5\nseed 1';
  const done = await run(text);
  expect(done.ending).toEqual({ kind: 'done', sentence: '' });
  expect(done.curve).toHaveLength(20);
  const { accuracy, confusion, worst } = await done.test();
  expect([accuracy, worst]).toEqual([1, []]);
  expect(confusion).toEqual([
    [4, 0],
    [0, 3],
  ]);
  expect(done.curve[19]?.loss).toBeLessThan(0.5 * (done.curve[0]?.loss as number));
  expect(await (await run(text)).weights()).toEqual(await done.weights());
  expect((await run(text.replace('seed 1', 'seed 2'))).curve).not.toEqual(done.curve);
});

test.each([
  'optimizer sgd momentum 0.9 decay 1e-4\nema 0.9',
  'optimizer adamw decay 0.01\nrate 0.01 cosine to 0',
  'optimizer rmsprop momentum 0.9\nrate 0.01 constant\naccumulate 2\naugment flip, shift 1, light 0.1\ncheck every 10',
])('stopped at 20, read from a file and gone on with: the bits of the uninterrupted run at 50 (%j)', async (own) => {
  const text = `steps 50\nbatch 4\nclip 1\n${own}`;
  const whole = await upTo(await begin(text), 50);
  const origin = { name: 'small', text: '', hash: '', recipe: text, pictures: 'halves' };
  const file = writeState(await (await upTo(await begin(text), 20)).save(), origin);
  const read = readState(file);
  if ('problem' in read) throw new Error(read.problem);
  expect(read.origin).toEqual(origin);
  const second = await begin(read.origin.recipe);
  await second.resume(read.state);
  expect(second.step).toBe(20);
  await upTo(second, 50);
  expect(await second.save()).toEqual(await whole.save());
  expect(second.curve).toEqual(whole.curve);
});

test('a state file that is none, or another net’s, is refused in words', async () => {
  const graph = smallNet();
  const plain = trainedWeights(graph, startWeights(graph, 0), ['a', 'b']);
  expect(readState(plain)).toEqual({ problem: expect.stringContaining('holds no state') as string });
  expect(readState(plain.subarray(0, 40))).toEqual({ problem: expect.stringContaining('cannot be read') as string });
  const small = await begin('steps 2\nbatch 4');
  const { trainer, ...state } = await small.save();
  const other = { ...trainer, weights: new Map([['classifier.weight', new Float32Array(3)]]) };
  await expect(small.resume({ ...state, trainer: other })).rejects.toThrow(/the state that was kept has no "/);
});

test.each(['rate 100 constant', 'rate 1e30 constant', 'optimizer adamw\nrate 1e20 constant'])(
  '%j leaves the numbers: given up with the layer named, the last good weights kept',
  async (rate) => {
    const lost = await run(`steps 300\nbatch 4\n${rate}`);
    expect(lost.ending?.kind).toBe('not-finite');
    expect(lost.skipped).toBeGreaterThanOrEqual(3);
    expect(lost.ending?.sentence).toMatch(
      /(the output of|the gradient at|the gradient of|) ?("(conv_stem|bn1|classifier|global_pool)[\w.]*"|the loss itself)/,
    );
    const weights = await lost.weights();
    for (const values of weights.values()) expect(values.every(Number.isFinite)).toBe(true);
    expect((await lost.test()).loss).toBeLessThan(20);
  },
);

test('several batches make one update by the mean of their gradients', async () => {
  // Without a norm, whose statistics are those of each batch, the two are the same mean.
  const { graph } = expand(parse('input 3x8x8\nnorm none\n\nconv k3 s2 c4\npool\nlinear c2\n').architecture, 'plain');
  const start = startWeights(graph as InferredGraph, 0);
  const curves: number[][] = [];
  for (const text of ['batch 8', 'batch 4\naccumulate 2']) {
    const own = await TrainingRun.begin(
      graph as InferredGraph,
      start,
      recipe(`steps 5\nrate 0.05 constant\n${text}`),
      halves,
      cpuBackend(),
    );
    curves.push((await upTo(own, 5)).curve.map(({ loss }) => loss));
  }
  curves[0]?.forEach((loss, i) => expect(loss).toBeCloseTo(curves[1]?.[i] as number, 5));
});

test('a run ends where looks bring nothing better, with the weights of the best', async () => {
  const early = await run('steps 200\nbatch 4\nrate 0.1 constant\ncheck every 5, patience 2');
  expect(early.ending).toMatchObject({
    kind: 'early',
    sentence: expect.stringMatching(/^Ended at step \d+: 2 looks/) as string,
  });
  expect(early.step).toBeLessThan(200);
  const at = await upTo(await begin('steps 200\nbatch 4\nrate 0.1 constant'), early.bestStep as number);
  expect(await early.weights()).toEqual(await at.weights());
});

test('a rate is found between one that does nothing and one that breaks', async () => {
  const graph = smallNet();
  const { points, suggested } = await findRate(graph, startWeights(graph, 0), recipe('batch 4'), halves, cpuBackend());
  expect(points.length).toBeGreaterThan(20);
  expect(suggested).toBeGreaterThan(1e-3);
  expect(suggested).toBeLessThan(10);
});

test('pictures of one’s own are split class by class, and augmentation depends on its place alone', () => {
  const pixels = Uint8Array.from({ length: 30 * 12 }, (_, i) => i % 256);
  const own = ownPictures({
    classes: ['a', 'b'],
    side: 2,
    pixels,
    labels: Array.from({ length: 30 }, (_, i) => i % 2),
  });
  expect(own.counts).toEqual({ train: 22, check: 2, test: 6 });
  const seen = (['train', 'check', 'test'] as const).flatMap((part) =>
    Array.from({ length: own.counts[part] }, (_, i) => String(own.sample(part, i).pixels)),
  );
  expect(new Set(seen).size).toBe(30);
  expect(() => ownPictures({ classes: ['a', 'b'], side: 2, pixels, labels: [0, 0, 0, 0, 0, 1] })).toThrow(
    '"b" has 1 pictures; each class needs 5 at least',
  );
  const { pixels: picture } = pattern(0, 1, 8, 0);
  const change = { flip: true, shift: 2, light: 0.1 };
  expect(augmented(picture, 8, change, 1, 2)).toEqual(augmented(picture, 8, change, 1, 2));
  expect(augmented(picture, 8, change, 1, 3)).not.toEqual(augmented(picture, 8, change, 1, 2));
  expect(augmented(picture, 8, { flip: false, shift: 0, light: 0 }, 1, 2)).toEqual(picture);
});
