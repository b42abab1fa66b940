// What stands around a study: the question that a link carries, lines with intervals, a forecast that runs next to nothing, drawn faces and leaves.
import { expect, test } from 'vitest';
import { cpuBackend } from '../../../src/graph/train/cpu-backend.ts';
import { eyeCorners, face, faceModes } from '../../../src/graph/train/data/faces.ts';
import { drawnLeaves } from '../../../src/graph/train/data/pictures.ts';
import { accuracy } from '../../../src/graph/train/studies/findings.ts';
import { foresee } from '../../../src/graph/train/studies/foresee.ts';
import { netOf } from '../../../src/graph/train/studies/lab.ts';
import type { Study } from '../../../src/graph/train/studies/study.ts';
import { startWeights } from '../../../src/graph/train/start-weights.ts';
import { carriedQuestion, withQuestion } from '../../../src/graph/train/studies/question.ts';
import { armCurves } from '../../../src/ui/views/train/study-curves.ts';

test('a net’s text carries the question of a study, and gives it back', () => {
  const net = 'input 3x24x24\n\nconv k3 s2 c16\n';
  const question = { study: 'qat', seed: 7, seeds: 3, steps: 200, arms: ['float', 'ptq-3-channel'] };
  const text = withQuestion(net, question);
  expect(text).toContain('# study: qat; seed 7; seeds 3; steps 200; arms float ptq-3-channel');
  expect(carriedQuestion(text)).toEqual(question);
  expect(withQuestion(text, { ...question, seed: 8 })).toBe(text.replace('seed 7', 'seed 8'));
  expect(carriedQuestion(net)).toBeUndefined();
  expect(carriedQuestion('# study: qat; seeds 9999; steps x')).toEqual({ study: 'qat', seed: 0, seeds: 3, steps: 300 });
});

test('lines are means over seeds, with their interval, and leave out what is not finite', () => {
  const points = [0, 1].flatMap((seed) =>
    [1, 2].map((step) => ({ arm: 'a', seed, step, steps: 2, loss: step === 2 && seed === 1 ? NaN : 2 * seed + step })),
  );
  const [curve] = armCurves(points);
  expect(curve?.places).toEqual([
    { at: 0.25, mean: 2, half: expect.closeTo(12.706, 9) as number, seeds: 2 },
    { at: 0.75, mean: 2, seeds: 1 },
  ]);
});

test('a study’s time is told from two steps of each run, however many there are', async () => {
  const graph = netOf('tiny', 'input 3x4x4\n\nconv k3 c4\npool\nlinear c2\n');
  const tiny: Study = {
    title: 'Tiny',
    asks: '',
    paper: '',
    steps: 3,
    seeds: 1,
    arms: [{ id: 'one', label: 'One' }],
    measures: [accuracy],
    async run(lab, seed) {
      await lab.teach({
        arm: 'one',
        seed,
        graph,
        start: startWeights(graph, seed),
        loss: { name: 'ce', label_smoothing: 0 },
        recipe: 'batch 2\nrate 0.1',
        steps: lab.steps,
        batchOf: () => ({ input: new Float32Array(2 * 48).fill(0.5), targets: { label: [0, 1] } }),
      });
    },
  };
  let clock = 0;
  const backend = cpuBackend();
  const ask = {
    backend: {
      ...backend,
      trainer: async (...given: Parameters<typeof backend.trainer>) => {
        const own = await backend.trainer(...given);
        return { ...own, step: (...batch: Parameters<typeof own.step>) => ((clock += 10), own.step(...batch)) };
      },
    },
    seeds: 2,
    arms: ['one'],
    pause: () => undefined,
    now: () => clock,
  };
  expect(await foresee(tiny, { ...ask, steps: 100_000 })).toBe(2_000_000);
});

test('a face is its seed and number; tolerant points are those of its first modes', () => {
  const all = face(3, 5, 16, faceModes);
  expect(face(3, 5, 16, faceModes)).toEqual(all);
  expect(all.tolerant).toEqual(all.points);
  expect(all.pixels.every((value) => value >= -1 && value <= 1)).toBe(true);
  const few = face(3, 5, 16, 2);
  expect(few.points).toEqual(all.points);
  expect(few.tolerant).not.toEqual(few.points);
  const [left, right] = eyeCorners.map((corner) => all.points[2 * corner] as number) as [number, number];
  expect(right - left).toBeGreaterThan(0.3);
});

test('leaves are drawn of every class, the same for the same number', () => {
  const leaves = drawnLeaves(12, 0, 150);
  const labels = new Set(Array.from({ length: 150 }, (_, i) => leaves.sample('train', i).label));
  expect(labels.size).toBe(leaves.classes.length);
  expect(drawnLeaves(12, 0, 150).sample('test', 3)).toEqual(leaves.sample('test', 3));
  expect(drawnLeaves(12, 1, 150).sample('test', 3).pixels).not.toEqual(leaves.sample('test', 3).pixels);
});
