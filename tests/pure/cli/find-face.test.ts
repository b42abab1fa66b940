// The face that a net of landmarks is shown: the square around a drawn face, and none on a photo without one.
import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import { NetRunner } from '../../../src/cli/execute-net.ts';
import { findFace } from '../../../src/cli/find-face.ts';
import { buildGraph, openSource } from '../../../src/cli/source.ts';
import type { Given } from '../../../src/cli/verb.ts';
import { run } from '../../../src/cli/verbs/run.ts';
import { captured } from './captured.ts';

/** Ellipses over grey: centre, half axes, colour; the later lies over the earlier. */
type Ellipse = readonly [x: number, y: number, a: number, b: number, rgb: readonly [number, number, number]];
const face: readonly Ellipse[] = [
  [160, 130, 62, 84, [60, 40, 30]],
  [160, 140, 54, 72, [224, 178, 148]],
  [138, 124, 11, 6, [250, 250, 250]],
  [182, 124, 11, 6, [250, 250, 250]],
  [138, 124, 5, 6, [40, 25, 20]],
  [182, 124, 5, 6, [40, 25, 20]],
  [138, 111, 14, 3, [60, 40, 30]],
  [182, 111, 14, 3, [60, 40, 30]],
  [160, 144, 5, 15, [205, 155, 125]],
  [153, 158, 3, 2, [120, 70, 55]],
  [167, 158, 3, 2, [120, 70, 55]],
  [160, 178, 20, 6, [165, 65, 65]],
];
const [width, height] = [320, 260];
function drawn(ellipses: readonly Ellipse[]) {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const over = ellipses.findLast(([cx, cy, a, b]) => ((x - cx) / a) ** 2 + ((y - cy) / b) ** 2 <= 1);
      data.set([...(over?.[4] ?? [150, 160, 170]), 255], 4 * (y * width + x));
    }
  return { width, height, data };
}

const given: Given = {
  positionals: [],
  flag: () => false,
  word: (name) => (name === 'device' ? 'cpu' : name === 'weights' ? 'of-the-landmarks.safetensors' : undefined),
  number: () => undefined,
  output: () => {
    throw new Error('nothing is written');
  },
};

test('a square around the face, with 1.2 times its side for 68 points', async () => {
  const runner = new NetRunner('run', given, captured().console);
  const { box = [], score } = await findFace(drawn(face), buildGraph(openSource('face68')), given, runner);
  expect(score).toBeGreaterThan(0.8);
  const [left = NaN, top = NaN, right = NaN, bottom = NaN] = box;
  expect(right - left).toBeCloseTo(bottom - top, 6);
  // Eyes and mouth lie inside it, and it ends within a quarter of the head's height beside the head.
  expect([left, top].map((side, i) => side > [73, 37][i]! && side < [127, 108][i]!)).toEqual([true, true]);
  expect([right, bottom].map((side, i) => side > [193, 184][i]! && side < [247, 247][i]!)).toEqual([true, true]);
});

test('without a face the net of landmarks does not run and the sentence says what to do', async () => {
  const { console, out } = captured();
  const words = ['run', 'face68', '--image', 'public/samples/rocket.jpg', '--device', 'cpu'];
  expect(await runCommand({ run }, words, console)).toBe(0);
  expect(out.join('\n')).toMatch(/no face was found, so the net saw nothing: .* --area LEFT,TOP,RIGHT,BOTTOM shows/);
});
