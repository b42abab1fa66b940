// Settings of an answer are read anew from the outputs that are there: no net runs; and what is no number is counted.
import { expect, test } from 'vitest';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { detectorOf } from '../../../src/graph/tasks/detect/settings.ts';
import type { AnswerSettings, TaskAnswer } from '../../../src/graph/tasks/task.ts';
import { StageClock } from '../../../src/workers/jobs/vision/stage-times.ts';
import { TaskReader } from '../../../src/workers/jobs/vision/task-reader.ts';

function netOf(name: string) {
  const preset = resolvePreset(name);
  if ('problem' in preset) throw new Error(preset.problem);
  const { graph } = expand(preset.architecture, name);
  if (!graph) throw new Error(name);
  return { graph, architecture: preset.architecture };
}

const boxesOf = (answer: TaskAnswer | undefined) => (answer?.kind === 'boxes' ? answer.boxes : []);

test('a detector’s boxes by other settings, from one run', () => {
  const net = netOf('ssdlite_mobilenetv2_coco');
  const reader = new TaskReader();
  reader.open(net);
  expect(reader.reads).toBe(true);
  const [boxNode = '', scoreNode = ''] = net.graph.outputs;
  const scores = new Float32Array(1917 * 91).fill(-9);
  // Two anchors of one place, alike in size, see a cat (class 16 behind the background 17); another sees a dog.
  scores[1900 * 91 + 17] = 2;
  scores[1905 * 91 + 17] = 1;
  scores[5 * 91 + 18] = 0;
  const boxes = new Float32Array(1917 * 4);
  const look = { logits: boxes, values: new Map([[scoreNode, scores]]), run: 7 };
  expect(net.graph.outputs).toEqual([boxNode, scoreNode]);
  const first = reader.read(look);
  expect(first).toMatchObject({ unsound: 0, run: 7 });
  expect(boxesOf(first?.answer).map(({ class: index, anchor }) => [index, anchor])).toEqual([
    [16, 1900],
    [16, 1905],
    [17, 5],
  ]);
  const usual: AnswerSettings = { score: 0.3, iou: 0.6, most: 100 };
  const ask = (changed: Partial<AnswerSettings>) => reader.again({ ...usual, ...changed });
  expect(ask({ score: 0.6 })).toMatchObject({ run: 7 });
  expect(boxesOf(ask({ score: 0.6 })?.answer).map(({ anchor }) => anchor)).toEqual([1900, 1905]);
  expect(boxesOf(ask({ most: 1 })?.answer).map(({ anchor }) => anchor)).toEqual([1900]);
  expect(boxesOf(ask({ only: [17], most: 1 })?.answer).map(({ anchor }) => anchor)).toEqual([5]);
  expect(boxesOf(ask({ score: 0.99 })?.answer)).toEqual([]);
  // The next run is read with the settings that were said last.
  expect(boxesOf(reader.read({ ...look, run: 8 })?.answer)).toEqual([]);
  scores.fill(NaN);
  expect(reader.read(look)).toMatchObject({ unsound: 1917 * 91, answer: { boxes: [] } });
});

test('a classifier is read by the page; another net forgets the outputs before', () => {
  const reader = new TaskReader();
  reader.open(netOf('mobilenetv2_100'));
  expect(reader.reads).toBe(false);
  expect(reader.read({ logits: new Float32Array(1000), values: new Map(), run: 1 })).toBeUndefined();
  reader.open(netOf('selfie'));
  expect(reader.again({ score: 0.5, iou: 1, most: 1 })).toBeUndefined();
});

test('each exit of a net with several is an answer', () => {
  const net = netOf('multiexit_mobilenetv2');
  const reader = new TaskReader();
  reader.open(net);
  const [first = '', ...others] = net.graph.outputs;
  const logits = new Float32Array(1000);
  const sure = Float32Array.from(logits, (_, i) => (i === 7 ? 9 : 0));
  const values = new Map(others.map((node) => [node, node === others.at(-1) ? sure : logits] as const));
  const answer = reader.read({ logits, values, run: 1 })?.answer;
  expect(first).not.toBe('');
  expect(answer?.kind === 'classes' && answer.heads.map(({ name }) => name)).toEqual(
    [1, 2, 3, 4, 5, 6].map((exit) => `exit${exit}`),
  );
  expect(answer?.kind === 'classes' && answer.heads[5]?.top[0]).toMatchObject({ index: 7 });
});

test('an anchor’s place: map, row and column, by its number', () => {
  const detector = detectorOf(netOf('ssdlite_mobilenetv2_coco'));
  // 19 × 19 with 3, then 10, 5, 3, 2 and 1 with 6 anchors a place.
  expect(detector?.whereIs(0)).toMatchObject({ map: 0, maps: 6, rows: 19, row: 0, column: 0, size: [0.1, 0.1] });
  expect(detector?.whereIs(3 * 20 + 2)).toMatchObject({ map: 0, row: 1, column: 1 });
  expect(detector?.whereIs(1083)).toMatchObject({ map: 1, rows: 10, row: 0, column: 0 });
  expect(detector?.whereIs(1083 + 600 + 150 + 54)).toMatchObject({ map: 4, rows: 2, row: 0 });
  expect(detector?.whereIs(1916)).toMatchObject({ map: 5, rows: 1, row: 0, column: 0 });
  expect(detector?.whereIs(1917)).toBeUndefined();
  const faces = detectorOf(netOf('blazeface'));
  expect(faces?.whereIs(512)).toMatchObject({ map: 1, rows: 8, columns: 8, row: 0, column: 0 });
});

test('stages follow one another and sum to the whole', () => {
  const begin = performance.now() - 5;
  const clock = new StageClock(begin);
  clock.ends('capture');
  clock.ends('net');
  const times = clock.ends('net');
  const sum = Object.values(times).reduce((total, ms) => total + ms, 0);
  expect(times.capture).toBeGreaterThanOrEqual(5);
  expect(sum).toBeLessThanOrEqual(performance.now() - begin + 1e-6);
});
