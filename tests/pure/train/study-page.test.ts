// What the page makes of studies: the question that a link carries, lines with intervals, and a forecast that runs next to nothing.
import { expect, test } from 'vitest';
import { cpuBackend } from '../../../src/graph/train/cpu-backend.ts';
import { foresee } from '../../../src/graph/train/studies/foresee.ts';
import { studies } from '../../../src/graph/train/studies/index.ts';
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
  const { concordance } = studies;
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
    arms: ['mobilenet'],
    pause: () => undefined,
    now: () => clock,
  };
  expect(await foresee(concordance as NonNullable<typeof concordance>, { ...ask, steps: 100_000 })).toBe(2_000_000);
});
