// `evaluate`: folders named by class, COCO's JSON and masks judged by the command; what has no truth is one sentence.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import type { EvaluateJson } from '../../../src/cli/verbs/evaluate.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import type { RunJson } from '../../../src/cli/verbs/run.ts';
import { captured } from './captured.ts';
import { detectorText, quantizedFiles } from './quantized-files.ts';

const classifier = quantizedFiles();
const detector = quantizedFiles(detectorText);
afterAll(() => [classifier, detector].forEach(({ folder }) => rmSync(folder, { recursive: true })));

async function call(verb: string, { net, weights }: typeof classifier, ...more: string[]) {
  const { console, out, err } = captured();
  const code = await runCommand(
    verbs,
    [verb, net, '--weights', weights, '--device', 'cpu', '--json', ...more],
    console,
  );
  return { code, out: out.join('\n'), err: err.join('\n') };
}
const found = async (...words: Parameters<typeof call>) =>
  JSON.parse((await call(...words)).out) as EvaluateJson & RunJson;

test('folders named by number: what the net says is right, another class is not', async () => {
  const photo = join(classifier.images, 'cat.jpg');
  const { index } = (await found('run', classifier, '--image', photo)).top[0]!;
  for (const name of [index, (index + 1) % 10, 'no-class']) {
    mkdirSync(join(classifier.folder, 'by-class', String(name)), { recursive: true });
    copyFileSync(photo, join(classifier.folder, 'by-class', String(name), 'cat.jpg'));
  }
  const judged = await found('evaluate', classifier, '--images', join(classifier.folder, 'by-class'));
  expect(judged).toMatchObject({ pictures: 3, judged: 2, verdict: { metric: 'accuracy', top1: 0.5 } });
  const { code, err } = await call('evaluate', classifier, '--images', classifier.images);
  expect([code, err]).toEqual([2, expect.stringContaining('has a truth: name the folders inside by class')]);
});

test('COCO’s JSON in the folder: the boxes that the net finds are all of them', async () => {
  const { images } = detector;
  const photo = join(images, 'cat.jpg');
  const { boxes = [] } = await found('run', detector, '--image', photo, '--threshold', '0.01');
  expect(boxes.length).toBeGreaterThan(0);
  const truth = {
    images: [{ id: 1, file_name: 'cat.jpg' }],
    categories: [5, 8].map((id) => ({ id, name: `thing ${id}` })),
    annotations: boxes.map(({ index, box: [x = 0, y = 0, right = 0, bottom = 0] }) => ({
      image_id: 1,
      category_id: [5, 8][index],
      bbox: [x, y, right - x, bottom - y],
    })),
  };
  writeFileSync(join(images, 'boxes.json'), JSON.stringify(truth));
  const judged = await found('evaluate', detector, '--images', images);
  expect(judged).toMatchObject({ pictures: 3, judged: 1, verdict: { metric: 'mAP' } });
  if (judged.verdict.metric === 'mAP') expect(judged.verdict.figures.AP).toBeCloseTo(1, 9);
});
