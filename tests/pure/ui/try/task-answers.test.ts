// Answers of tasks on the page: pixels of the picture, files, shares of a mask, smoothing from frame to frame, sounds over time.
import { expect, test } from 'vitest';
import type { TaskAnswer } from '../../../../src/graph/tasks/task.ts';
import type { HeardWindow } from '../../../../src/workers/jobs/vision/protocol.ts';
import {
  answerCoco,
  answerCsv,
  answerJson,
  boxRows,
  pointRows,
  type Answered,
} from '../../../../src/ui/views/try/tasks/answer-files.ts';
import { maskShares } from '../../../../src/ui/views/try/tasks/mask-pixels.ts';
import { smoother } from '../../../../src/ui/views/try/tasks/smoothing.ts';
import { isSoundHead } from '../../../../src/ui/views/try/tasks/sound-files.ts';
import { coursesCsv, coursesOf } from '../../../../src/ui/views/try/tasks/sounds.ts';

/** The state of an answer about a picture of 200 × 100 that fills the input. */
const answered = (answer: TaskAnswer): Answered =>
  ({
    answer,
    place: { x: (f: number) => f, y: (f: number) => f },
    filled: [1, 1],
    absent: false,
    settings: { score: 0.3, iou: 0.6, most: 100 },
    task: { kind: 'detect' },
    nameOf: (index: number) => ['cat', '=dog'][index] ?? `class ${index}`,
    vision: {
      seen: { width: 200, height: 100, live: false },
      photo: { name: 'one.jpg' },
      session: { name: 'net' },
      net: { loaded: { sha256: 'ab' }, preparation: {} },
    },
  }) as unknown as Answered;

const boxes: TaskAnswer = {
  kind: 'boxes',
  best: 0.9,
  boxes: [{ class: 1, score: 0.75, anchor: 3, box: [0.1, 0.2, 0.6, 0.7], points: [[0.5, 0.5]] }],
};

test('boxes in pixels, as a table, as JSON and as COCO reads them', () => {
  expect(boxRows(answered(boxes))[0]).toMatchObject({ label: '=dog', x: 20, y: 20, points: [[100, 50]] });
  const csv = answerCsv(answered(boxes)).split('\r\n');
  expect(csv[0]).toBe('class,label,score,x,y,width,height,anchor');
  expect(csv[1]).toMatch(/^1,'=dog,0\.75,20,20,100,/);
  const json = JSON.parse(answerJson(answered(boxes))) as Record<string, unknown>;
  expect(json).toMatchObject({ net: 'net', picture: { name: 'one.jpg', width: 200 }, boxes: [{ index: 1 }] });
  expect(JSON.parse(answerCoco(answered(boxes)))).toMatchObject({
    images: [{ id: 1, file_name: 'one.jpg', width: 200, height: 100 }],
    categories: [{ id: 2, name: '=dog' }],
    annotations: [{ image_id: 1, category_id: 2, score: 0.75, iscrowd: 0, num_keypoints: 1, keypoints: [100, 50, 2] }],
  });
});

test('points with depth on the scale of x; none where there is no face', () => {
  const points: TaskAnswer = { kind: 'points', points: [[0.5, 0.5, 0.1]], presence: 0.9 };
  expect(pointRows(answered(points))).toEqual([{ index: 0, x: 100, y: 50, z: 20 }]);
  expect(pointRows({ ...answered(points), absent: true })).toEqual([]);
});

test('shares of a mask leave the padding out; of a matte they are what is in front', () => {
  const mask: TaskAnswer = {
    kind: 'mask',
    width: 4,
    height: 2,
    classes: 3,
    mask: Uint16Array.from([0, 2, 1, 1, 2, 2, 1, 1]),
  };
  expect(maskShares(mask, [0.5, 1])).toEqual([
    { index: 2, share: 0.75 },
    { index: 0, share: 0.25 },
  ]);
  const matte: TaskAnswer = { kind: 'matte', width: 2, height: 1, share: Float32Array.from([1, 0.5]) };
  expect(maskShares(matte, [1, 1])).toEqual([{ index: 0, share: 0.75 }]);
});

test('smoothing: a run read twice is one step, points follow, mattes blend, a pause begins anew', () => {
  const { next } = smoother();
  const at = (x: number): TaskAnswer => ({ kind: 'points', points: [[x, x]] });
  const x = (answer: TaskAnswer): number => (answer.kind === 'points' ? (answer.points[0]?.[0] as number) : NaN);
  const first = at(0.5);
  expect(x(next(1, first, 0))).toBe(0.5);
  const second = at(0.6);
  const moved = x(next(2, second, 0.033));
  expect(moved).toBeGreaterThan(0.5);
  expect(moved).toBeLessThan(0.6);
  expect(x(next(2, second, 0.05))).toBe(moved);
  expect(x(next(3, at(0.9), 5))).toBe(0.9);
  const matte = (share: number): TaskAnswer => ({
    kind: 'matte',
    width: 1,
    height: 1,
    share: Float32Array.of(share),
  });
  const blend = smoother();
  blend.next(1, matte(0), 0);
  const blended = blend.next(2, matte(1), 0.03);
  expect(blended.kind === 'matte' && blended.share[0]).toBeCloseTo(0.6, 6);
});

test('smoothing masks: what flickers stays, what stays away for as long changes, at another size it begins anew', () => {
  const mask = (...classes: number[]): TaskAnswer => ({
    kind: 'mask',
    width: classes.length,
    height: 1,
    mask: Uint16Array.from(classes),
    classes: 4,
  });
  const { next } = smoother();
  let run = 0;
  const shown = (...classes: number[]): number[] => {
    const answer = next(++run, mask(...classes), run / 30);
    return answer.kind === 'mask' ? [...answer.mask] : [];
  };
  expect(shown(1, 2)).toEqual([1, 2]);
  expect(shown(1, 3)).toEqual([1, 3]);
  for (let i = 0; i < 5; i++) expect(shown(1, 3)).toEqual([1, 3]);
  // One frame in two is another class.
  for (let i = 0; i < 4; i++)
    expect([shown(0, 3), shown(1, 3)]).toEqual([
      [1, 3],
      [1, 3],
    ]);
  // Gone for good: three frames later.
  expect([1, 2, 3, 4].map(() => shown(0, 3)[0])).toEqual([1, 1, 1, 0]);
  expect(shown(2)).toEqual([2]);
});

test('a sound is known by its first bytes', () => {
  const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  for (const head of ['RIFF1234WAVEfmt ', 'OggS', 'fLaC', 'ID3\x03', '\xff\xfb\x90'])
    expect(isSoundHead(bytes(head))).toBe(true);
  for (const head of ['RIFF1234WEBPVP8 ', '\xff\xd8\xff', 'PK', '']) expect(isSoundHead(bytes(head))).toBe(false);
});

test('sounds over time: the likeliest on average first, fitted values as they are', () => {
  const window = (index: number, values: number[]): HeardWindow => ({
    index,
    fromSeconds: index / 2,
    values: Float32Array.from(values),
    level: -20,
    ms: 1,
  });
  const windows = [window(0, [-9, 3, 0]), window(1, [-9, -3, 4])];
  const nameOf = (index: number): string => ['a', 'b', 'c'][index] ?? '';
  const [first, second] = coursesOf(windows, { kind: 'tags', most: 2, nameOf });
  expect(first).toMatchObject({ name: 'c', mostAt: 0.5 });
  expect(first?.values[0]).toBe(0.5);
  expect(second?.name).toBe('b');
  const values = coursesOf(windows, { kind: 'values', most: 1, nameOf });
  expect(values.map(({ name, mean }) => [name, mean])).toEqual([
    ['a', -9],
    ['b', 0],
    ['c', 2],
  ]);
  expect(coursesCsv(windows, values).split('\r\n').slice(0, 2)).toEqual(['seconds,a,b,c', '0,-9,3,0']);
});
